// What the server is asked, and what of it is remembered: past revisions never change.

const kept = new Map();

export class Problem extends Error {
  constructor(status, message, hint) { super(message); this.status = status; this.hint = hint; }
}

async function ask(resource, read) {
  let r;
  try {
    r = await fetch('api/v1/' + resource);
    if (r.ok) return await r[read]();
  } catch (e) {
    if (e instanceof SyntaxError) throw e;   // an answer, and a wrong one
    throw new Problem(0, 'The server does not answer', 'Nothing is lost; the page goes on when it is back.');
  }
  const body = await r.json().catch(() => ({}));
  throw new Problem(r.status, body.error || r.statusText, body.hint);
}

export const get = resource => ask(resource, 'json');
export const text = resource => ask(resource, 'text');

/** The same, remembered: for what a revision number makes final. */
export function lasting(resource, how = get) {
  if (!kept.has(resource)) {
    if (kept.size > 200) kept.delete(kept.keys().next().value);
    kept.set(resource, how(resource).catch(e => { kept.delete(resource); throw e; }));
  }
  return kept.get(resource);
}

/** A path with its slashes. */
export const url = path => path.split('/').map(encodeURIComponent).join('/');
export const query = fields => Object.entries(fields).filter(([, v]) => v !== undefined && v !== '')
  .map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&');
