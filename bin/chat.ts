import { createApp } from '../lib/app.ts';

try {
  createApp().synth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
