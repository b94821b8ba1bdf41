export { acceptConnection as handler } from './gateway/connect.ts';
