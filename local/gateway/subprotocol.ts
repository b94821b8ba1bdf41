type Subprotocol =
  | { readonly kind: 'value'; readonly value: string | undefined }
  | { readonly kind: 'malformed' };

/**
 * The `Sec-WebSocket-Protocol` that a `$connect` function returned. AWS: "WebSocket APIs: subprotocols":
 * it is sent as it is; without it none is, and then a client that offered some drops the connection.
 */
export function connectProtocol(result: unknown): Subprotocol {
  const headers: unknown =
    typeof result === 'object' && result !== null ? Reflect.get(result, 'headers') : undefined;
  if (typeof headers !== 'object' || headers === null) return { kind: 'value', value: undefined };
  const found: [string, unknown] | undefined = Object.entries(headers).find(
    ([name]) => name.toLowerCase() === 'sec-websocket-protocol',
  );
  if (found === undefined) return { kind: 'value', value: undefined };
  const [, value] = found;
  // A line break would end the header and start another.
  if (typeof value !== 'string' || !/^[\x20-\x7e]+$/.test(value)) return { kind: 'malformed' };
  return { kind: 'value', value };
}
