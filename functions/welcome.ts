export { welcomeConnection as handler } from './gateway/welcome.ts';
