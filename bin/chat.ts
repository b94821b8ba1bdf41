import { createCheckedApp } from '../lib/checked-app.ts';

try {
  createCheckedApp().synth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
