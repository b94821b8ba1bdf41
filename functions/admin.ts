import { adminApp } from './gateway/admin/app.ts';
import { commandContext } from './gateway/context.ts';
import { serveRequests } from './gateway/http/serve-requests.ts';

/** Answers the requests to the admin API. */
export const handler = serveRequests('admin', () => adminApp(commandContext()));
