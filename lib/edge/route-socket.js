// The viewer-request function of /ws/*. CloudFront runs it in JavaScript runtime 2.0: ES 5.1 with some later features,
// and no imports. It moves the room from the path into the query, because a WebSocket API accepts nothing but a query
// after its stage: /ws/chat/7/?token=t becomes /prod?token=t&room=7. Without a room, /ws/ and /ws/chat/ become /prod.
// URI and query values arrive percent-encoded, as the viewer sent them, and must leave that way (AWS: "Restrictions on
// all edge functions", encoding).

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  const path = /^\/ws\/(?:chat(?:\/(?:([^/]+)\/?)?)?)?$/.exec(request.uri);
  if (!path) return notFound();
  endUsers(request.querystring);
  if (path[1]) {
    const room = decode(path[1]);
    if (room === null) return notFound();
    dropRoom(request.querystring);
    // A path may contain characters that end a query value, such as & + #.
    request.querystring.room = { value: encodeURIComponent(room) };
  }
  request.uri = '/prod';
  return request;
}

/**
 * Appends a slash to users in the query whose id ends in one, which arrives as %2F. The API removes one slash from a
 * user, because contract S1 appends one to the query.
 */
function endUsers(querystring) {
  Object.keys(querystring).forEach((name) => {
    if (!/^(firts_user|first_user|second_user)$/.test(decode(name))) return;
    const entry = querystring[name];
    [entry].concat(entry.multiValue || []).forEach((each) => {
      each.value = each.value.replace(/%2F$/i, '%2F/');
    });
  });
}

/** Removes any `room` from the query, however it is encoded: only the path names the room. */
function dropRoom(querystring) {
  Object.keys(querystring).forEach((name) => {
    if (decode(name) === 'room') delete querystring[name];
  });
}

/** Returns null for text that is not valid UTF-8. */
function decode(text) {
  try {
    const plain = decodeURIComponent(text);
    // A lone surrogate decodes but cannot be encoded again.
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
