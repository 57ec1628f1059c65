/** How well a colour is read on another. Pure. */

/**
 * From 1 to 21; text needs 4.5, and what is no text needs 3: https://www.w3.org/TR/WCAG22/#contrast-minimum
 * @param colors as browsers compute them: `rgb(35, 40, 43)`
 */
export function contrast(...colors: readonly [string, string]): number {
  const [darker = 0, lighter = 0] = colors.map(luminance).sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(color: string): number {
  const channels = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(color)?.slice(1);
  if (!channels) throw new Error(`${color} is no opaque colour`);
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
