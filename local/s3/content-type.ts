/** What the AWS CLI says that a file is, by its name, when it puts one (Python's mimetypes). */
const types: Readonly<Record<string, string>> = {
  css: 'text/css',
  html: 'text/html',
  ico: 'image/vnd.microsoft.icon',
  js: 'text/javascript',
  json: 'application/json',
  mjs: 'text/javascript',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  webp: 'image/webp',
  woff2: 'font/woff2',
};

/** The content type of a file; S3's own default for a name that says nothing. */
export function contentTypeOf(name: string): string {
  const [, extension = ''] = /\.([^./]+)$/.exec(name) ?? [];
  return types[extension.toLowerCase()] ?? 'binary/octet-stream';
}
