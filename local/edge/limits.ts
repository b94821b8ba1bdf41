/** What CloudFront allows. */
export interface EdgeLimits {
  /** Longest URL, scheme and host included, in bytes. */
  readonly urlBytes: number;
  /** Largest request without its body, in bytes. */
  readonly requestBytes: number;
  /** Milliseconds without a byte from the origin after which an upgraded connection is closed. */
  readonly idleMs: number;
  /** Milliseconds that a function may run. CloudFront gives about one; ours shares a processor. */
  readonly functionMs: number;
}

/**
 * AWS: "Request and response behavior for custom origins" for the lengths, and the CloudFront quotas, origin
 * response timeout (idle timeout), for the ten minutes.
 */
export const cloudFrontLimits: EdgeLimits = {
  urlBytes: 8192,
  requestBytes: 20_480,
  idleMs: 10 * 60_000,
  functionMs: 1_000,
};
