/** `npm run test:long` takes as long as it takes; `npm test` is for every commit. */
export const IS_LONG = process.env.CAIRN_LONG === "1";
