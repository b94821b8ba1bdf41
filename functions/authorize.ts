export { authorize as handler } from './gateway/authorize.ts';
