export { serveHttp as handler } from './gateway/http/serve.ts';
