import { Hono } from 'hono';
import type * as v from 'valibot';
import { memberShape } from '../../dialects/rest/schema.ts';
import { addMember } from '../../rooms/add-member.ts';
import { changeMember, type MemberChange } from '../../rooms/change-member.ts';
import { removeMember } from '../../rooms/members.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { describe } from './openapi.ts';
import { readJson } from './read-request.ts';
import { memberBody, memberChangeBody } from './requests.ts';
import { wireMember } from './wire.ts';

type Changes = v.InferOutput<typeof memberChangeBody>;

/** Until when a member is muted by a body, in milliseconds since the epoch: 0 for no longer, undefined for as before. */
function mutedUntil({ muted_until, muted_seconds }: Changes, now: number): number | undefined {
  if (muted_until === null || muted_seconds === 0) return 0;
  if (muted_until !== undefined) return Date.parse(muted_until);
  return muted_seconds === undefined ? undefined : now + muted_seconds * 1000;
}

/** What a body asks to change of a member. */
function changeOf(target: { room: string; user: string }, body: Changes, now: number): MemberChange {
  const until = mutedUntil(body, now);
  return {
    ...target,
    ...(body.role !== undefined && { role: body.role }),
    ...(until !== undefined && { mutedUntil: until }),
  };
}

const adding = describe(
  'Add a member; owners and moderators may',
  { 201: ['The new member', memberShape], 200: ['A member already, unchanged', memberShape] },
  [400, 401, 403, 409, 413, 415],
);

const changing = describe(
  'Give a member another role (owners may), or mute them (moderators may, until a time or for seconds)',
  { 200: ['The member', memberShape] },
  [400, 401, 403, 404, 409, 413, 415],
);

const removing = describe(
  'Remove a member; owners and moderators may, and everybody themselves. Their sockets in the room are closed; those that joined it beside their own, and inboxes, hear no more of it',
  { 204: 'They are a member no more' },
  [401, 403, 404, 409],
);

/** Who is in a room, and what they may. */
export function members(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.post('/:id/members/', adding, readJson(memberBody), async (c) => {
    const { user_id, role } = c.req.valid('json');
    const target = { room: c.req.param('id'), user: user_id, role };
    const { member, added } = await addMember(target, c.var.caller, context);
    return c.json(wireMember(member, context.now()), added ? 201 : 200);
  });
  app.patch('/:id/members/:user/', changing, readJson(memberChangeBody), async (c) => {
    const change = changeOf(
      { room: c.req.param('id'), user: c.req.param('user') },
      c.req.valid('json'),
      context.now(),
    );
    return c.json(wireMember(await changeMember(change, c.var.caller, context), context.now()));
  });
  app.delete('/:id/members/:user/', removing, async (c) => {
    await removeMember({ room: c.req.param('id'), user: c.req.param('user') }, c.var.caller, context);
    return c.body(null, 204);
  });
  return app;
}
