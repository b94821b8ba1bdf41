import { mapLimited } from '../delivery/concurrency.ts';
import { leave, type PostingContext } from '../delivery/remove-connections.ts';
import { listPlaces } from '../store/connections.ts';

/** Removes a connection that has ended. API Gateway may bring only the user's id here, so its rooms are looked up. */
export async function disconnect(
  ended: { readonly user: string; readonly id: string },
  context: PostingContext,
): Promise<void> {
  const places = await listPlaces(context.db, ended.user, ended.id);
  await mapLimited(places, (place) => leave(place, context));
}
