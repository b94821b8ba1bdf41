/**
 * Registers the service worker, which opens the page without a network. Only the page calls this: an element in a page
 * of another site must not.
 */
export function startServiceWorker(): void {
  // Absent without HTTPS, and in private windows of Firefox.
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
  // A notification of the service worker was clicked.
  serviceWorker?.addEventListener('message', ({ data }) => {
    const { openRoom } = Object(data) as { readonly openRoom?: unknown };
    if (typeof openRoom === 'string') location.hash = `#/${encodeURIComponent(openRoom)}`;
  });
  // Fails in browsers that block storage. The page then needs the network.
  serviceWorker?.register('./service-worker.js').catch(() => {});
}
