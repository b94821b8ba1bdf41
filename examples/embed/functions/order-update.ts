import { AdminClient } from '@your-org/parley/server';

interface OrderUpdate {
  readonly id: string;
  readonly customer: string;
  readonly status: string;
}

const admin = new AdminClient({ url: process.env['ADMIN_URL'] ?? '' });

/** Tells the customer about a change of an order, in a room for this order. A repeat changes nothing. */
export async function handler({ id, customer, status }: OrderUpdate) {
  const room = `order-${id}`;
  await admin.putRoom(room, { name: `Order ${id}`, members: [{ user_id: customer }] });
  const { id: message } = await admin.sendMessage(room, {
    text: `Your order is ${status}.`,
    bot: { id: 'orders', name: 'Orders' },
    client_id: `${id}-${status}`,
  });
  return { room, message };
}
