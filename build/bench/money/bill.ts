/** From what was used to what it costs. Pure arithmetic. */
import { BILLED, PLAN_DOLLARS, PRICES, type Usage } from "./prices.ts";

export const NOTHING: Usage = Object.fromEntries(
  BILLED.map((each) => [each, 0]),
) as unknown as Usage;

export function usageOf(part: Partial<Usage>): Usage {
  return { ...NOTHING, ...part };
}

function mapUsage(amount: (each: keyof Usage) => number): Usage {
  return Object.fromEntries(BILLED.map((each) => [each, amount(each)])) as unknown as Usage;
}

export function times(usage: Usage, factor: number): Usage {
  return mapUsage((each) => usage[each] * factor);
}

export function sum(...usages: readonly Usage[]): Usage {
  return mapUsage((each) => usages.reduce((total, usage) => total + usage[each], 0));
}

/** Every one at its price, as if the plan included nothing. */
export function grossDollars(usage: Usage): Usage {
  return mapUsage((each) => (usage[each] / PRICES[each].per) * PRICES[each].dollars);
}

/** What a month costs beyond the plan's own price, by line. */
export function billedDollars(usage: Usage): Usage {
  return grossDollars(mapUsage((each) => Math.max(0, usage[each] - PRICES[each].included)));
}

export function total(dollars: Usage): number {
  return BILLED.reduce((all, each) => all + dollars[each], 0);
}

/** Of a month, the plan included. */
export function monthDollars(usage: Usage): number {
  return PLAN_DOLLARS + total(billedDollars(usage));
}
