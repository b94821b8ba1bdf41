import { Hono } from 'hono';
import * as v from 'valibot';
import { wireId } from '../../dialects/frame.ts';
import { usersQuery } from '../../dialects/rest/requests.ts';
import { usersPage } from '../../dialects/rest/schema.ts';
import { searchedTerm } from '../../domain/name.ts';
import { searchPeople } from '../../rooms/people.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { HttpError } from './http-error.ts';
import { describe } from './openapi.ts';
import { decodeCursor, encodeCursor, readQuery } from './wire.ts';

/** DynamoDB's limit for a sort key. */
const MAX_KEY_BYTES = 1_024;

/** The position of a page of people: a term that begins with the searched one, and the id of its user. */
const peopleCursor = (query: string) =>
  v.tuple([v.pipe(v.string(), v.maxBytes(MAX_KEY_BYTES), v.startsWith(searchedTerm(query) ?? ' '))]);

/** The search of people. Mount it at the root: below `/users`, Hono would drop the slash of `/users/`. */
export function users(context: HttpContext) {
  const app = new Hono<HttpEnv>();
  app.get(
    '/users/',
    describe(
      'Find people by the beginning of their name or of a word in it, without regard to case and accents, or by ' +
        'their whole id. A name needs two characters, a Chinese one needs one. You find the people whom the setting ' +
        '`directory` lets you find, without yourself. A page may be shorter than its limit.',
      { 200: ['A page of people.', usersPage] },
      [400, 401, 403],
    ),
    readQuery(usersQuery),
    async (c) => {
      const { directory } = context;
      if (directory === 'off') throw new HttpError('DIRECTORY_OFF');
      const { query, cursor, limit } = c.req.valid('query');
      const [after] = decodeCursor(cursor, peopleCursor(query)) ?? [];
      const { people, next } = await searchPeople({ query, after, limit }, c.var.caller, directory, context);
      return c.json({
        users: people.map(({ id, name, avatarUrl, data }) => ({
          user_id: wireId(id),
          username: name,
          avatar_url: avatarUrl ?? null,
          profile_data: data ?? null,
        })),
        next_cursor: encodeCursor([next]),
      });
    },
  );
  return app;
}
