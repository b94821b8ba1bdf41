const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The header Content-Disposition for a file with this name, in ASCII whatever the name has: what RFC 6266 wants for
 * today's clients (`filename*`), and before it a plain name for those that know no other.
 */
export function contentDisposition(shown: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^A-Za-z0-9 ._-]/gu, '_');
  return `${shown}; filename="${plain}"; filename*=UTF-8''${escaped(name.toWellFormed())}`;
}
