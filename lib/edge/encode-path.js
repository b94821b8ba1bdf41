// The viewer-request function of /api/*. CloudFront runs it in JavaScript runtime 2.0: ES 5.1 with some later features,
// and no imports. An HTTP API decodes the path before the function gets it, and cuts it at an encoded question mark (seen
// in hotsock/voker pull request 8), so ids with a slash or a question mark would name something else. This function
// encodes the path once more: /api/chats/team%2Fa/ becomes /api/encoded/chats/team%252Fa/. What the HTTP API passes on is
// then the viewer's path.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  request.uri = request.uri.replace(/%/g, '%25').replace(/^\/api\//, '/api/encoded/');
  return request;
}
