import type { EdgeState } from './edge-state.ts';
import type { Exchange } from './exchange.ts';
import { forward } from './forward.ts';
import { plan } from './plan.ts';
import { refuse } from './refusal.ts';

/** Does with a viewer's request what the distribution says. */
export function serve(state: EdgeState, exchange: Exchange): void {
  const { request, reply, id } = exchange;
  const planned = plan(state, request, id);
  switch (planned.kind) {
    case 'refuse':
      refuse(exchange, planned.status, planned.why);
      break;
    case 'answer':
      reply.writeHead(planned.status, planned.headers).end(planned.body);
      break;
    case 'forward':
      forward(state, exchange, planned.destination);
      break;
    default:
      planned satisfies never;
  }
}
