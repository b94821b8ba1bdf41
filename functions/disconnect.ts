export { releaseConnection as handler } from './gateway/disconnect.ts';
