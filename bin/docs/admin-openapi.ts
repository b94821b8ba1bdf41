import { adminApp } from '../../functions/gateway/admin/app.ts';
import type { AdminContext } from '../../functions/gateway/admin/context.ts';
import { adminDocument } from '../../functions/gateway/admin/openapi.ts';

/** Returns the OpenAPI document of the admin API. Its routes use no context until they answer a request. */
export async function adminOpenapiText(): Promise<string> {
  const document = await adminDocument(adminApp({} as AdminContext));
  return `${JSON.stringify(document, null, 2)}\n`;
}
