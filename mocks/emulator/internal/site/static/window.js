// The window on the emulator: it draws what /_emulator/state says, again at each change.
(function () {
  'use strict';

  var state = null;

  function say(text) {
    var message = document.getElementById('message');
    message.textContent = text;
    message.hidden = !text;
  }

  function post(path, order) {
    return fetch('/_emulator/' + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order || {}) })
      .then(function (answer) { return answer.json().then(function (body) { say(answer.ok ? '' : body.message); return load(); }); })
      .catch(function (e) { say('The emulator cannot be reached: ' + e.message); });
  }

  function when(text) { return text ? text.replace('T', ' ').replace(/\.\d+/, '').replace('Z', '') : ''; }

  function mood(text) {
    if (/Declined|Canceled|Closed|Expired|Failed/.test(text)) { return 'bad'; }
    if (/Pending|Initiated|NonChargeable|ActionRequired|UnderReview/.test(text)) { return 'wait'; }
    return 'good';
  }

  var drawnItems = {};

  // list draws into an element again where something has changed, else a click could meet what is just replaced. It leaves
  // open what was open and the focus where it was.
  function list(id, items, empty, draw) {
    var text = JSON.stringify(items);
    if (drawnItems[id] === text) { return; }
    drawnItems[id] = text;
    var host = document.getElementById(id);
    var open = {};
    host.querySelectorAll('details[open]').forEach(function (d) { open[d.dataset.key] = true; });
    var chosen = {};
    host.querySelectorAll('select[data-key]').forEach(function (s) { chosen[s.dataset.key] = s.value; });
    var focused = host.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    host.textContent = '';
    if (!items.length) {
      host.appendChild(el('p', { text: empty }));
      return;
    }
    items.forEach(function (item) {
      var drawn = draw(item);
      drawn.open = Boolean(open[drawn.dataset.key]);
      host.appendChild(drawn);
    });
    host.querySelectorAll('select[data-key]').forEach(function (s) { if (chosen[s.dataset.key]) { s.value = chosen[s.dataset.key]; } });
    if (focused) {
      var again = host.querySelector('[data-key="' + CSS.escape(focused) + '"]');
      if (again) { (again.matches('details') ? again.querySelector('summary') : again).focus({ preventScroll: true }); }
    }
  }

  var words = {
    signIn: 'Buyer signs in', approve: 'Buyer approves', abandon: 'Buyer abandons', decline: 'Decline', cancel: 'Cancel',
    changeCard: 'Change the card', expire: 'Expire', close: 'Close', suspend: 'Make NonChargeable', changePaymentMethod: 'Give it another card',
    resolve: 'Resolve', dispute: 'File a chargeback'
  };

  function act(kind, item, action) {
    var key = kind + '/' + item.id + '/' + action.name;
    var select = action.choices && el('select', { 'data-key': key + '/choice', 'aria-label': words[action.name] + ': which' },
      action.choices.map(function (choice) { return el('option', { text: choice, value: choice }); }));
    var button = el('button', { text: words[action.name] || action.name, 'data-key': key, click: function () {
      var order = {};
      if (select) { order[action.member] = select.value; }
      post(key, order);
    } });
    return el('span', {}, [select, button]);
  }

  function drawObject(kind) {
    return function (item) {
      var history = el('ol', { class: 'history' }, item.history.map(function (h) {
        return el('li', { text: when(h.at) + '  ' + h.state + (h.reason ? ' (' + h.reason + ')' : '') });
      }));
      return el('details', { 'data-key': kind + '/' + item.id }, [
        el('summary', { 'data-key': kind + '/' + item.id + '/summary' }, [
          el('span', { class: 'id', text: item.id }),
          el('span', { class: 'state ' + mood(item.state), text: item.state + (item.reason ? ' (' + item.reason + ')' : '') }),
          el('span', { text: item.amount || '–' }),
          el('span', { class: 'soft', text: item.note || when(item.created) })
        ]),
        el('div', {}, [
          el('p', { class: 'soft', text: item.merchant + ', ' + item.environment + ', ' + item.region + ', made ' + when(item.created) }),
          history,
          el('div', { class: 'buttons' }, (item.actions || []).map(function (a) { return act(kind, item, a); }))
        ])
      ]);
    };
  }

  function row(list, name, value) {
    if (value !== '' && value !== null && value !== undefined) {
      list.appendChild(el('dt', { text: name }));
      list.appendChild(el('dd', { text: String(value) }));
    }
  }

  function drawRequest(r) {
    var outcome = r.status ? String(r.status) + (r.reasonCode ? ' ' + r.reasonCode : '') : 'no answer';
    var facts = el('dl');
    row(facts, 'request', r.method + ' ' + r.target);
    row(facts, 'refused', r.refusal);
    row(facts, 'fault', r.fault);
    row(facts, 'note', (r.notes || []).join(' '));
    row(facts, 'signature', r.verified ? 'right' : 'not verified');
    row(facts, 'key id', r.publicKeyId);
    row(facts, 'signed date', r.signedDate);
    row(facts, 'idempotency key', r.idempotencyKey + (r.replayed ? ' (replayed)' : ''));
    row(facts, 'sent by', r.userAgent);
    row(facts, 'request id', r.requestId);
    var parts = [facts];
    if (r.difference) {
      parts.push(el('p', { class: 'bad' }, [el('mark', { text: r.difference })]));
    }
    if (r.canonicalRequest) {
      parts.push(el('p', { class: 'soft', text: r.verified ? 'Canonical request' : 'Canonical request that was expected' }));
      parts.push(el('pre', { tabindex: '0', text: r.canonicalRequest }));
    }
    return el('details', { 'data-key': 'requests/' + r.requestId }, [
      el('summary', { 'data-key': 'requests/' + r.requestId + '/summary' }, [
        el('span', { text: r.operation || r.method + ' ' + r.target.slice(0, 60) }),
        el('span', { class: 'state ' + (r.status && r.status < 400 ? 'good' : 'bad'), text: outcome }),
        el('span', { class: r.verified ? 'good' : 'bad', text: r.verified ? 'verified' : 'not verified' }),
        el('span', { class: 'soft', text: (r.fault ? r.fault + ', ' : '') + when(r.time) })
      ]),
      el('div', {}, parts)
    ]);
  }

  function drawButton(b) {
    return el('details', { 'data-key': 'buttons/' + b.id }, [
      el('summary', { 'data-key': 'buttons/' + b.id + '/summary' }, [
        el('span', { text: b.reason }),
        el('span', { class: 'state bad', text: b.product || 'no product' }),
        el('span', { text: b.from || '–' }),
        el('span', { class: 'soft', text: when(b.time) })
      ]),
      el('div', {}, [el('ul', { class: 'detail' }, (b.detail || []).map(function (line) { return el('li', { text: line }); }))])
    ]);
  }

  function drawFault(f) {
    var often = f.probability ? 'with probability ' + f.probability : 'the next ' + f.left;
    return el('details', { 'data-key': 'fault' }, [el('summary', {}, [
      el('span', { text: f.operation || 'every operation' }), el('span', { text: f.kind + ' ' + f.status }),
      el('span', { text: often }), el('span', { class: 'soft', text: f.delay ? f.delay / 1e9 + ' s' : '' })
    ])]);
  }

  function fill(select, names) {
    if (select.dataset.filled) { return; }
    names.forEach(function (name) { select.appendChild(el('option', { text: name, value: name })); });
    select.dataset.filled = 'yes';
  }

  function draw() {
    document.getElementById('now').textContent = when(state.now) + ' UTC';
    document.getElementById('now').dateTime = state.now;
    document.getElementById('advanced').textContent = state.advanced === '0s' ? '' : '(' + state.advanced + ' ahead)';
    document.getElementById('status').textContent = 'Region ' + state.region + (state.throttling ? ', throttling' : '') + '. No money moves.';
    fill(document.getElementById('fault-operation'), state.operations);
    fill(document.getElementById('fault-kind'), state.faultKinds);
    list('requests', state.requests, 'No request has arrived yet.', drawRequest);
    list('buttons', state.buttons, 'No button was wrong.', drawButton);
    ['sessions', 'permissions', 'charges', 'refunds', 'disputes', 'notifications'].forEach(function (kind) {
      list(kind, state[kind], 'None yet.', drawObject(kind));
    });
    list('faults', state.faults, 'None is switched on.', drawFault);
  }

  function load() {
    return fetch('/_emulator/state').then(function (answer) { return answer.json(); }).then(function (got) { state = got; draw(); openNamed(); });
  }

  var opened = '';

  // openNamed opens once what the address names, as #requests/… and the id of a request, which a refusal tells.
  function openNamed() {
    var name = window.location.hash.slice(1);
    var named = name && name !== opened && document.querySelector('details[data-key="' + CSS.escape(name) + '"]');
    if (named) {
      opened = name;
      named.open = true;
      named.scrollIntoView({ block: 'start' });
      named.querySelector('summary').focus({ preventScroll: true });
    }
  }

  // compare finds the first line in which two canonical requests differ.
  function compare(mine, expected) {
    var a = mine.replace(/\r\n/g, '\n').split('\n');
    var b = expected.split('\n');
    for (var i = 0; i < Math.max(a.length, b.length); i++) {
      if (a[i] !== b[i]) {
        return 'Line ' + (i + 1) + ' differs: expected "' + (b[i] === undefined ? '(no such line)' : b[i]) + '", yours is "' + (a[i] === undefined ? '(no such line)' : a[i]) + '".';
      }
    }
    return 'They are the same, so the key, the algorithm or the salt length differs.';
  }

  document.getElementById('clock-buttons').addEventListener('click', function (event) {
    if (event.target.dataset.advance) { post('clock', { advance: event.target.dataset.advance }); }
  });
  document.getElementById('settle').addEventListener('click', function () { post('settle'); });
  document.getElementById('reset').addEventListener('click', function () {
    if (window.confirm('Forget all objects, requests and faults?')) { post('reset'); }
  });
  document.getElementById('clear-faults').addEventListener('click', function () { post('faults/clear'); });
  document.getElementById('fault-form').addEventListener('submit', function (event) {
    event.preventDefault();
    var given = new FormData(event.target);
    post('faults', {
      probability: Number(given.get('probability')) || 0,
      count: Number(given.get('count')) || 1,
      fault: {
        operation: given.get('operation'), kind: given.get('kind'), status: Number(given.get('status')) || 0,
        reasonCode: given.get('reasonCode').trim(), retryAfter: given.get('retryAfter').trim(), delay: Math.round((Number(given.get('delay')) || 0) * 1e9)
      }
    });
  });
  document.getElementById('compare').addEventListener('click', function () {
    var refused = state.requests.find(function (r) { return !r.verified && r.canonicalRequest; });
    document.getElementById('difference').textContent = refused ?
      compare(document.getElementById('mine').value, refused.canonicalRequest) : 'No request was refused for its signature.';
  });

  window.addEventListener('hashchange', function () {
    opened = '';
    openNamed();
  });
  load();
  var events = new EventSource('/_emulator/events');
  events.onmessage = load;
  events.onerror = function () { document.getElementById('status').textContent = 'The emulator does not answer; trying again …'; };
})();
