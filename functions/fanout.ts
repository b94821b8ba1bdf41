export { postChunk as handler } from './gateway/fanout.ts';
