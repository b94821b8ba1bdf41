/**
 * Registers the service worker, which opens the page without a network. Only the page calls this: an element in a page
 * of another site must not.
 */
export async function startServiceWorker(): Promise<void> {
  try {
    // Absent without HTTPS, and in private windows of Firefox. Throws if the browser blocks the data of sites.
    const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
    // A notification of the service worker was clicked.
    serviceWorker?.addEventListener('message', ({ data }) => {
      const { openRoom } = Object(data) as { readonly openRoom?: unknown };
      if (typeof openRoom === 'string') location.hash = `#/${encodeURIComponent(openRoom)}`;
    });
    await serviceWorker?.register('./service-worker.js');
  } catch {
    // The page then needs the network.
  }
}
