/** How long pages and votes wait for others of their kind, as wrangler.toml has it. */
import type { ConsumerEnv } from "../../src/bindings.ts";
import type { Pace } from "../../src/store/page-rows.ts";

/** In seconds. */
export type Lanes = Pick<
  ConsumerEnv,
  | "FAST_LANE_SECONDS"
  | "SIDE_LANE_SECONDS"
  | "SLOW_LANE_SECONDS"
  | "PRIVATE_LANE_SECONDS"
  | "PATIENCE_SECONDS"
  | "TALLY_SECONDS"
>;

export const PRODUCTION: Lanes = {
  FAST_LANE_SECONDS: "10",
  SIDE_LANE_SECONDS: "60",
  SLOW_LANE_SECONDS: "60",
  PRIVATE_LANE_SECONDS: "600",
  PATIENCE_SECONDS: "540",
  TALLY_SECONDS: "60",
};

/** The local ones, but for pages of one's votes, which nobody else sees: they are as patient. */
export const LOCAL: Lanes = {
  ...PRODUCTION,
  FAST_LANE_SECONDS: "1",
  SIDE_LANE_SECONDS: "1",
  TALLY_SECONDS: "0.3",
};

/** In milliseconds. */
export function paceOf(lanes: Lanes): Required<Pace> {
  const ms = (seconds: string) => Number(seconds) * 1000;
  return {
    fast: ms(lanes.FAST_LANE_SECONDS),
    side: ms(lanes.SIDE_LANE_SECONDS),
    slow: ms(lanes.SLOW_LANE_SECONDS),
    private: ms(lanes.PRIVATE_LANE_SECONDS),
    patience: ms(lanes.PATIENCE_SECONDS),
    tally: ms(lanes.TALLY_SECONDS),
  };
}
