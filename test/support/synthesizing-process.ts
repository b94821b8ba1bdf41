// Runs in the process that `synthesizer.ts` starts, and ends with its parent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Synthesis } from '../../bin/synthesize.ts';
import { createApp } from '../../lib/app.ts';

process.on('disconnect', () => process.exit());

const server = createServer(async (request, response) => {
  try {
    createApp((await json(request)) as Synthesis).synth();
    response.end();
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
