// SPDX-License-Identifier: Apache-2.0
// The status page: brings the parts together.
import { backend_columns, servers_of, servers_summary, show_refusals } from './backends.js';
import { Orders } from './control.js';
import { by_id, set_attribute, set_hidden, set_text } from './dom.js';
import { clock, count, visible } from './format.js';
import { Poller } from './poll.js';
import { session_columns, session_rank, session_text } from './sessions.js';
import { by_stream } from './streams.js';
import { LiveTable } from './table.js';
import { gateway_facts, page_title, Tiles } from './tiles.js';

// Part of the address, so that a reader who wants a flat list has it again at the next visit.
const kFlat = '#list';

class StatusPage {
  #poller = new Poller({ on_status: (status) => this.#show(status), on_trouble: (error) => this.#warn(error) });
  #orders = new Orders(() => this.#poller.poll());
  #tiles = new Tiles(by_id('tiles'));
  #show_gateway = gateway_facts(by_id('gateway'));
  #filter = by_id('filter');
  #sessions = new LiveTable({
    table: by_id('sessions'), pages: by_id('sessions-pages'), columns: session_columns(this.#orders),
    id_of: ({ id }) => id, filter_text_of: session_text, rank_of: session_rank, sort: { key: 'stream', descending: false },
  });
  #backends = new LiveTable({
    table: by_id('backends'), pages: by_id('backends-pages'), columns: backend_columns(this.#orders),
    id_of: ({ id }) => id, sort: { key: 'url', descending: false },
  });
  #grouping = by_id('grouping');
  #grouped = location.hash !== kFlat;
  #streams = by_stream([]);
  #last_answer = null;
  #answers = 0;

  start() {
    this.#filter.addEventListener('input', () => this.#apply_filter());
    this.#filter.addEventListener('keydown', (event) => this.#clear_on_escape(event));
    document.addEventListener('keydown', (event) => this.#filter_on_slash(event));
    this.#grouping.addEventListener('click', () => this.#set_grouped(!this.#grouped));
    set_attribute(this.#grouping, 'aria-pressed', String(this.#grouped));
    this.#poller.poll();
  }

  #set_grouped(grouped) {
    this.#grouped = grouped;
    set_attribute(this.#grouping, 'aria-pressed', String(grouped));
    history.replaceState(null, '', grouped ? location.pathname + location.search : kFlat);
    this.#show_sessions();
  }

  // Those of the last answer.
  #show_sessions() {
    const { sessions, heads } = this.#streams;
    this.#show_found(this.#sessions.update(this.#grouped ? [...sessions, ...heads] : sessions, { flat: !this.#grouped }));
  }

  #show(status) {
    this.#last_answer = new Date();
    this.#recover();
    document.title = page_title(status);
    set_text(by_id('server'), visible(status.server));
    set_text(by_id('version'), status.gateway ? `mod_rtmpt_proxy ${visible(status.gateway.version)}` : 'mod_rtmpt_proxy');
    this.#show_gateway(status);
    this.#tiles.update(status, Date.now());
    for (const id of ['sessions', 'backends']) by_id(id).classList.toggle('without-control', !status.control_allowed);
    this.#streams = by_stream(status.sessions);
    this.#show_sessions();
    this.#show_backends(status);
    show_refusals(by_id('refusals-panel'), by_id('refusals'), status.refusals);
    this.#answers += 1;
    set_attribute(by_id('main'), 'data-answers', String(this.#answers)); // how many are shown: for tests
  }

  #show_backends({ backends }) {
    const servers = servers_of(backends);
    this.#backends.update(servers);
    set_text(by_id('backends-count'), servers.length ? servers_summary(servers) : '');
    set_hidden(by_id('backends'), servers.length === 0);
    set_text(by_id('backends-empty'), 'No media server is configured.');
    set_hidden(by_id('backends-empty'), servers.length > 0);
  }

  #show_found({ shown, total }) {
    set_text(by_id('sessions-count'), shown === total ? count(total) : `${count(shown)} of ${count(total)}`);
    set_hidden(by_id('sessions'), shown === 0);
    set_text(by_id('sessions-empty'), total === 0 ? 'Nobody is streaming now.' :
      `No session matches \u201c${visible(this.#filter.value.trim())}\u201d.`);
    set_hidden(by_id('sessions-empty'), shown > 0);
  }

  // The figures of the last answer stay, greyed, and it is said how old they are.
  #warn(error) {
    const since = this.#last_answer ? ` What is shown is of ${clock(this.#last_answer)}.` : '';
    set_text(by_id('trouble'), `${error.message}${since} The page keeps asking.`);
    set_hidden(by_id('trouble'), false);
    this.#pulse('lost', 'no answer');
    this.#orders.set_available(false);
  }

  #recover() {
    set_hidden(by_id('trouble'), true);
    this.#pulse('live', 'live');
    this.#orders.set_available(true);
  }

  #pulse(state, text) {
    set_attribute(by_id('pulse'), 'data-state', state);
    set_text(by_id('pulse'), text);
    set_attribute(by_id('main'), 'data-state', state);
  }

  #apply_filter() {
    this.#show_found(this.#sessions.set_filter(this.#filter.value));
  }

  #clear_on_escape(event) {
    if (event.key !== 'Escape' || this.#filter.value === '') return;
    event.preventDefault();
    this.#filter.value = '';
    this.#apply_filter();
  }

  #filter_on_slash(event) {
    const typing = event.target.closest('input, textarea, select, dialog');
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#filter.focus();
    this.#filter.select();
  }
}

new StatusPage().start();
