export { postBatch as handler } from './gateway/fanout.ts';
