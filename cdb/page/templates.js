// The templates: all of them, and one with who wrote each line.
import {address_is, ago, count, empty, h, person} from './dom.js';
import {get, lasting, query, url} from './api.js';

/** Lines with their numbers. hit: the one to be seen; link(n): where its number leads; who: with author and revision. */
export function source(lines, {first = 1, hit = 0, link, who = false} = {}) {
  let last;
  return h('div', {class: 'source'}, h('table', {}, h('tbody', {}, lines.map((l, i) => {
    const n = first + i, fresh = l.revision !== last;
    last = l.revision;
    return h('tr', {class: n === hit ? 'hit' : null, id: `L${n}`},
      who && h('td', {class: 'who'}, fresh && h('a', {href: `#/revision/${l.revision}`, title: new Date(l.time * 1000).toLocaleString()}, `${l.revision} `, person(l.author))),
      h('td', {class: 'n'}, link ? h('a', {href: link(n)}, n) : n), h('td', {}, l.text));
  }))));
}

export async function template(main, {path, at, line}) {
  const {head} = await get('revisions?limit=1');
  const revision = at || head;
  const answer = await lasting(`annotate/${url(path)}?at=${revision}`), {lines} = answer;
  path = answer.path;
  document.title = `${path} · Weft`;
  const newest = lines.reduce((a, l) => l.revision > a.revision ? l : a, lines[0] || {revision: 0});
  main.append(h('p', {class: 'crumb'}, h('a', {href: '#/templates'}, 'Templates')), h('h1', {}, path),
    h('p', {class: 'meta'}, h('span', {}, count(lines.length, 'line')), newest.revision > 0 && h('span', {}, 'newest line from ', h('a', {href: `#/revision/${newest.revision}`}, `revision ${newest.revision}`), ' by ', person(newest.author), ', ', ago(newest.time)),
      h('span', {}, h('a', {href: `#/revisions?${query({path})}`}, 'its history')), +revision < head && h('span', {}, `as of revision ${revision} · `, h('a', {href: `#/template/${url(path)}`}, 'the newest'))),
    h('div', {class: 'card below'}, source(lines, {hit: +line, who: true, link: n => `#/template/${url(path)}?${query({line: n, at})}`})));
  if (line) document.getElementById(`L${line}`)?.scrollIntoView({block: 'center'});
}

export async function templates(main, {filter = ''}) {
  const {files} = await get('tree');
  const place = h('div', {});
  const draw = words => {
    const folders = new Map();
    for (const {path} of files.filter(f => f.path.includes(words))) {
      const cut = path.lastIndexOf('/') + 1, folder = path.slice(0, cut) || './';
      if (!folders.has(folder)) folders.set(folder, []);
      folders.get(folder).push([path, path.slice(cut)]);
    }
    let left = 600;
    place.replaceChildren(folders.size ? h('div', {class: 'files'}, [...folders].map(([folder, list]) => left <= 0 ? null : h('section', {class: 'card'}, h('h3', {}, folder),
      list.slice(0, left).map(([path, name]) => (left--, h('a', {href: `#/template/${url(path)}`}, name)))))) : empty('No such file', 'Another word?'));
    if (left <= 0) place.append(h('p', {class: 'quiet'}, 'There are more: part of a name finds them.'));
  };
  main.append(h('h1', {}, 'Templates'), h('p', {class: 'lead'}, count(files.length, 'file') + ' in the newest revision.'),
    h('div', {class: 'tools'}, h('input', {type: 'search', value: filter, placeholder: 'Part of a name', 'aria-label': 'Part of a name', oninput: e => {
      address_is(`#/templates?${query({filter: e.target.value})}`);
      draw(e.target.value);
    }})), place);
  draw(filter);
}
