// The viewer-request function of /ws/*, as CloudFront runs it: JavaScript runtime 2.0, which is ES 5.1 and
// some of what came later, without imports. It turns a path into the query that the WebSocket API
// understands, since nothing but a query may follow the stage: /ws/chat/7/?token=t becomes
// /prod?token=t&room=7, and /ws/ and /ws/chat/, without a room, become /prod. URI and query values come in percent-encoded, as the viewer sent them, and go out
// so (AWS: "Restrictions on all edge functions", encoding).

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  const path = /^\/ws\/(?:chat(?:\/(?:([^/]+)\/?)?)?)?$/.exec(request.uri);
  if (!path) return notFound();
  if (path[1]) {
    const room = decode(path[1]);
    if (room === null) return notFound();
    dropRoom(request.querystring);
    // A path may hold what ends or changes a query value: & + # and so on.
    request.querystring.room = { value: encodeURIComponent(room) };
  }
  request.uri = '/prod';
  return request;
}

/** The path names the room: no `room` of the query, however it is spelled, may name another. */
function dropRoom(querystring) {
  Object.keys(querystring).forEach((name) => {
    if (decode(name) === 'room') delete querystring[name];
  });
}

/** Null for what is no UTF-8. */
function decode(text) {
  try {
    const plain = decodeURIComponent(text);
    // Half a surrogate pair can be read, but not be encoded again.
    encodeURIComponent(plain);
    return plain;
  } catch (_error) {
    return null;
  }
}

function notFound() {
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
      'content-type': { value: 'application/json' },
      'cache-control': { value: 'no-store' },
    },
    body: '{"message":"Not Found"}',
  };
}
