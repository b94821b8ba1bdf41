export { postShare as handler } from './gateway/fanout.ts';
