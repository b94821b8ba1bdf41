import { listPlaces } from '../store/connections.ts';
import { fewAtATime } from '../delivery/map-limited.ts';
import { type Leaving, leave } from '../delivery/leave.ts';

/** Removes a connection that has ended. API Gateway may bring only the user's id here, so its rooms are looked up. */
export async function disconnect(
  ended: { readonly user: string; readonly id: string },
  parts: Leaving,
): Promise<void> {
  const places = await listPlaces(parts.db, ended.user, ended.id);
  await fewAtATime(places, (place) => leave(place, parts));
}
