/** Draws by Zipf's law. Pure. */

/** @returns picks one of `count` ranks, from 0, by Zipf's law (Mandelbrot's, with a shift) */
export function pickerOf(count: number, shift: number, exponent: number, random: () => number) {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1 + shift) ** -exponent;
    sums[rank] = sum;
  }
  return (): number => firstAbove(sums, random() * sum);
}

function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
