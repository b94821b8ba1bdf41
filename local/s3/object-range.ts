/** A part of an object: first and last byte, both inclusive. */
export interface ObjectRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The one range that a header `Range` asks of an object of `size` bytes: undefined where the whole is meant (no range,
 * or one that S3 passes over, such as several), 'none' where there is no such byte.
 */
export function rangeOf(header: string | undefined, size: number): ObjectRange | undefined | 'none' {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'none' : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first < size ? { first, last } : 'none';
}
