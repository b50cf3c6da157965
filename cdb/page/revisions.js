// What was committed, by whom, and what it did to which nodes.
import {ago, count, empty, h, paged, path_text, person, pill, row, stepped, table} from './dom.js';
import {get, lasting, query, url} from './api.js';

export const revision_rows = list => list.map(r => row(`#/revision/${r.revision}`,
  h('td', {class: 'num'}, h('a', {href: `#/revision/${r.revision}`}, r.revision)),
  h('td', {}, r.comment || h('span', {class: 'quiet'}, 'no comment')),
  h('td', {class: 'nowrap'}, person(r.author)),
  h('td', {class: 'num'}, count(r.files, 'file')),
  h('td', {class: 'num'}, r.profiles ? count(r.profiles, 'node') : h('span', {class: 'quiet'}, 'no node')),
  h('td', {class: 'num'}, ago(r.time))));
const heads = [['', 'num'], 'Comment', 'By', ['Changed', 'num'], ['Reached', 'num'], ['When', 'num']];

export async function revisions(main, {path}) {
  const first = await get('revisions?' + query({limit: 100, path}));
  main.append(h('h1', {}, 'Revisions'), h('p', {class: 'lead'}, path
    ? ['That touched ', h('code', {}, path), ' · ', h('a', {href: '#/revisions'}, 'all')] : 'Every commit, newest first.'));
  if (!first.revisions.length) return main.append(empty('Nothing was committed yet', h('span', {}, h('code', {}, 'cdb commit -m first templates/'), ' is the beginning.')));
  const card = table(heads, revision_rows(first.revisions));
  main.append(card);
  let last = first.revisions.at(-1).revision, full = first.revisions.length === 100;
  if (!full || last <= 1) return;
  const more = h('button', {class: 'more', type: 'button', onclick: async () => {
    const next = (await get('revisions?' + query({limit: 100, before: last, path}))).revisions;
    card.querySelector('tbody').append(...revision_rows(next));
    if (next.length < 100) more.remove();
    else last = next.at(-1).revision;
  }}, 'Older ones');
  main.append(more);
}

export const recent = list => table(heads, revision_rows(list));

const shown = v => v === null ? null : typeof v === 'string' ? `"${v}"` : JSON.stringify(v);

function effect(e, number) {
  const some = e.nodes.slice(0, 12);
  const what = {added: ['new', 'accent'], changed: ['changed', 'warn'], withdrawn: ['withdrawn', 'bad']}[e.kind];
  const rest = h('span', {});
  const names = list => list.map((n, i) => [i ? ', ' : '', h('a', {href: e.kind === 'withdrawn' ? `#/revisions` : `#/node/${url(n)}`}, n)]);
  if (e.nodes.length > some.length)
    rest.append(' ', h('button', {class: 'button', type: 'button', onclick: () => rest.replaceChildren(', ', ...names(e.nodes.slice(12)).flat())}, `and ${count(e.nodes.length - 12, 'more node', 'more nodes')}`));
  return h('div', {class: 'card'},
    h('details', {class: 'file', open: true},
      h('summary', {}, pill(what[0], what[1]), h('b', {}, count(e.nodes.length, 'node')),
        h('span', {class: 'right pills'}, e.components.length ? ['runs', ...e.components.map(c => pill(c, 'accent'))].map((x, i) => i ? x : h('span', {class: 'quiet'}, x)) : h('span', {class: 'quiet'}, 'no component runs'))),
      h('table', {}, h('tbody', {},
        h('tr', {}, h('td', {colspan: 2}, names(some), rest)),
        e.values.map(v => h('tr', {},
          h('td', {class: 'mono wide', title: v.path}, e.nodes.length && e.kind === 'changed' && v.after !== null ? h('a', {href: `#/node/${url(e.nodes[0])}${v.path}`}, path_text(v.path)) : path_text(v.path)),
          h('td', {}, v.before !== null && h('span', {class: 'old'}, shown(v.before)), v.before !== null && v.after !== null && h('span', {class: 'arrow'}, '→'),
            v.after !== null && h('span', {class: 'new'}, shown(v.after))))),
        e.more > 0 && h('tr', {}, h('td', {colspan: 2, class: 'quiet'}, `and ${count(e.more, 'more value')}`))))));
}

export function diff_lines(text) {
  const lines = text.replace(/\n$/, '').split('\n').filter(l => !l.startsWith('--- ') && !l.startsWith('+++ ')), pre = h('pre', {class: 'diff'});
  return stepped(h('div', {}, pre), pre, lines, l => h('span', {class: l[0] === '+' ? 'a' : l[0] === '-' ? 'd' : l[0] === '@' ? 'h' : ''}, l || ' '), 1000);
}

/** A file of a revision. Its lines are made, and asked for, when it is opened. */
function file_change(f, number, open) {
  const fill = async () => {
    if (box.children.length > 1) return;
    const place = h('div', {});
    box.append(place);
    try {
      const d = await lasting(`revisions/${number}/diff`);
      place.append(diff_lines(d.files.find(x => x.path === f.path)?.diff || ''));
    } catch (e) {
      place.append(h('p', {class: 'problem'}, e.message));
    }
  };
  const box = h('details', {class: 'card file', open, ontoggle: () => box.open && fill()},
    h('summary', {}, h('span', {class: 'mono'}, f.path), h('span', {class: 'right'}, pill(f.kind, {added: 'good', removed: 'bad'}[f.kind])),
      f.kind !== 'removed' && h('a', {href: `#/template/${url(f.path)}?at=${number}`}, 'whole file')));
  if (open) fill();
  return box;
}

export async function revision(main, {number}) {
  const r = await lasting(`revisions/${number}`);
  const {head} = await get('revisions?limit=1');
  document.title = `Revision ${number} · Weft`;
  main.append(
    h('p', {class: 'crumb'}, h('a', {href: '#/revisions'}, 'Revisions'), ' · ',
      number > 1 ? h('a', {href: `#/revision/${number - 1}`, rel: 'prev'}, '← older') : '← older', ' · ', number < head ? h('a', {href: `#/revision/${+number + 1}`, rel: 'next'}, 'newer →') : 'newer →'),
    h('h1', {}, r.comment || `Revision ${number}`),
    h('p', {class: 'meta'}, h('span', {}, 'Revision ', h('b', {}, r.revision)), h('span', {}, 'by ', h('b', {}, person(r.author))),
      h('span', {}, ago(r.time)), h('span', {}, 'on top of ', r.base ? h('a', {href: `#/revision/${r.base}`}, r.base) : 'nothing'),
      r.reverts > 0 && h('span', {}, 'undoes ', h('a', {href: `#/revision/${r.reverts}`}, r.reverts))));
  const place = h('div', {});
  main.append(h('h2', {}, 'What it did to nodes', h('small', {}, r.nodes.length ? count(r.nodes.length, 'profile') + ' changed' : '')), place);
  if (!r.nodes.length) place.append(empty('No profile changed', 'Comments and templates that no node uses reach nobody.'));
  main.append(h('h2', {}, 'What was written', h('small', {}, count(r.changes.length, 'file'))));
  const files = h('div', {});
  main.append(stepped(h('div', {}, files), files, r.changes, (f, i) => file_change(f, number, i < 8 && r.changes.length < 30), 100));
  if (!r.nodes.length) return;
  const all = await lasting(`revisions/${number}/effects`);
  const effects = h('div', {});
  place.append(stepped(h('div', {}, effects), effects, all.effects, e => effect(e, number), 50));
  if (!all.complete) place.append(h('p', {class: 'quiet'}, `The effect on ${count(all.compared, 'node')} is shown. These changed too:`),
    paged([], r.nodes.slice(all.compared), n => row(`#/node/${url(n.node)}`, h('td', {}, h('a', {href: `#/node/${url(n.node)}`}, n.node)), h('td', {}, n.kind)), 50));
}
