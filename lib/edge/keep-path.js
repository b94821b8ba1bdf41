// The viewer-request function of /api/*. CloudFront runs it in JavaScript runtime 2.0: ES 5.1 with some later features,
// and no imports. An HTTP API decodes the path before its function gets it, and cuts it at an encoded question mark
// (seen in hotsock/voker pull request 8). Ids with a slash or a question mark would then name something else. So this
// function adds the header X-Parley-Path with the viewer's path, still percent-encoded.

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  // Characters that are not ASCII mean the same when they are percent-encoded, and headers cannot contain them.
  const path = request.uri.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
  request.headers['x-parley-path'] = { value: path };
  return request;
}
