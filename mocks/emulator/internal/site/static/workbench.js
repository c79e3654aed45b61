// The workbench of the emulator: it fills in, sends and shows requests, and makes buttons. The emulator signs: no private
// key comes to this page.
(function () {
  'use strict';

  var el = window.el;
  var choices = null;
  var filled = {};
  var ready = Promise.resolve(); // once the request is filled in: what is sent belongs to the operation that is shown
  var code = {};
  var languages = { na: ['en_US'], eu: ['en_GB', 'de_DE', 'fr_FR', 'it_IT', 'es_ES'], jp: ['ja_JP'] };
  var currencies = { na: ['USD'], eu: ['EUR', 'GBP'], jp: ['JPY'] };
  var sender = document.getElementById('sender').elements;
  var request = document.getElementById('request').elements;
  var button = document.getElementById('button').elements;

  function at(id) { return document.getElementById(id); }

  function say(text) {
    at('message').textContent = text;
    at('message').hidden = !text;
  }

  // ask sends an order to the emulator. What is wrong with it is said on the page.
  function ask(path, order) {
    var how = order ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order) } : {};
    return fetch('/_emulator/' + path, how).then(function (answer) {
      return answer.json().then(function (body) {
        say(answer.ok ? '' : body.message);
        return answer.ok ? body : Promise.reject(null);
      });
    }).catch(function (e) {
      if (e) { say('The emulator cannot be reached: ' + e.message); }
      return Promise.reject(null);
    });
  }

  var turns = {};

  // latest wraps what shows an answer, so that of two answers the one to the earlier order is dropped.
  function latest(what, show) {
    var turn = turns[what] = (turns[what] || 0) + 1;
    return function (got) { return turn === turns[what] ? show(got) : undefined; };
  }

  function done() {} // the page has said what was wrong

  function options(select, values, chosen) {
    select.textContent = '';
    values.forEach(function (v) {
      var value = typeof v === 'string' ? { value: v, text: v } : v;
      select.appendChild(el('option', { value: value.value, text: value.text }));
    });
    if (chosen !== undefined && values.some(function (v) { return (v.value === undefined ? v : v.value) === chosen; })) { select.value = chosen; }
  }

  function senderOrder() {
    return {
      merchant: sender.merchant.value, actFor: sender.actFor.value, environment: sender.environment.value, region: sender.region.value,
      algorithm: sender.algorithm.value
    };
  }

  function requestOrder() {
    return Object.assign(senderOrder(), {
      operation: request.operation.value, id: request.id.value, sub: request.sub.value, query: request.query.value,
      idempotencyKey: request.idempotencyKey.value, simulationCode: request.simulationCode.value, body: request.body.value
    });
  }

  // What was chosen is kept while the tab is open, so that a buyer's way through the pages ends where it began.
  function remember() {
    try { sessionStorage.setItem('sender', JSON.stringify(senderOrder())); } catch (e) { /* it is a convenience */ }
  }

  function remembered() {
    try { return JSON.parse(sessionStorage.getItem('sender')) || {}; } catch (e) { return {}; }
  }

  function showActsFor(chosen) {
    var merchant = choices.merchants.find(function (m) { return m.id === sender.merchant.value; });
    options(sender.actFor, [{ value: '', text: 'itself' }].concat(merchant.actsFor), chosen);
  }

  function listed() { return choices.operations.find(function (o) { return o.operation === request.operation.value; }); }

  function showAbout() {
    at('about-field').hidden = !filled.about || !filled.choices.length;
    at('about-name').textContent = filled.about.charAt(0).toUpperCase() + filled.about.slice(1);
    options(at('about'), filled.choices.map(function (c) {
      return { value: c.id, text: c.id + (c.state ? ' – ' + c.state : '') + (c.suits ? '' : ' (not for this operation)') };
    }), filled.id);
    at('buyer').hidden = filled.about !== 'checkout session' || !/^Open/.test((filled.choices.find(function (c) { return c.id === filled.id; }) || {}).state || '');
    at('notes').textContent = '';
  }

  function showFilled(got) {
    filled = got;
    var operation = listed();
    at('line').textContent = operation.method + ' /v2/' + operation.path;
    showAbout();
    filled.notes.forEach(function (note) { at('notes').appendChild(el('li', { text: note })); });
    sender.actFor.value = got.actFor;
    request.id.value = operation.path.indexOf('{id}') < 0 ? '' : got.id;
    request.sub.value = got.sub;
    request.query.value = got.query;
    request.idempotencyKey.value = got.idempotencyKey;
    request.simulationCode.value = '';
    request.body.value = got.body;
    request.body.rows = Math.min(24, Math.max(6, got.body.split('\n').length + 1));
    at('id-field').hidden = operation.path.indexOf('{id}') < 0;
    at('sub-field').hidden = operation.path.indexOf('{sub}') < 0;
    at('query-field').hidden = at('query-names').hidden = !operation.query.length;
    at('query-names').textContent = 'Parameters: ' + operation.query.join(', ');
    at('key-field').hidden = !operation.takesKey;
    at('simulation-field').hidden = !operation.simulates || sender.environment.value !== 'sandbox';
    at('body-field').hidden = !operation.takesBody;
    options(at('subs'), got.subs);
    options(at('codes'), got.simulationCodes || []);
  }

  // fill asks for a request about an object, or about the one that suits best.
  function fill(id) {
    remember();
    at('code').hidden = true;
    ready = ask('workbench/fill', Object.assign(senderOrder(), { operation: request.operation.value, id: id || '' })).then(latest('fill', showFilled)).catch(done);
    return ready;
  }

  // refresh shows the objects as they are now, and leaves the request as it was edited.
  function refresh() {
    return ask('workbench/fill', Object.assign(senderOrder(), { operation: request.operation.value, id: filled.id })).then(latest('fill', function (got) {
      filled = got;
      showAbout();
    })).catch(done);
  }

  function pretty(text) {
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch (e) { return text; }
  }

  function part(title, text) { return [el('h3', { text: title }), el('pre', { tabindex: '0', 'aria-label': title, text: text })]; }

  function folded(title, text) {
    return el('details', {}, [el('summary', { text: title }), el('div', {}, [el('pre', { tabindex: '0', 'aria-label': title, text: text })])]);
  }

  // links are the pages of the emulator to which an answer leads.
  function links(text) {
    var found = [];
    try {
      JSON.parse(text, function (name, value) {
        if (typeof value === 'string' && (value.indexOf(location.origin + '/checkout/') === 0 || value.indexOf(location.origin + '/_emulator/presigned/') === 0)) {
          found.push(el('p', {}, [el('a', { href: value, text: 'Open ' + name })]));
        }
        return value;
      });
    } catch (e) { /* not JSON */ }
    return found;
  }

  function shown(value) { return value === undefined || value === null ? '–' : String(value); }

  function drawChange(change) {
    var head = ['Member'].concat(change.what === 'changed' ? ['Before', 'After'] : ['Value']);
    var rows = change.rows.filter(function (r) { return change.what === 'changed' || shown(r.before) !== shown(r.after); });
    return el('table', {}, [
      el('caption', {}, [el('span', { class: 'state ' + (change.what === 'gone' ? 'bad' : 'good'), text: change.what }), el('span', { text: ' ' + change.kind + ' ' }), el('span', { class: 'id', text: change.id })]),
      el('thead', {}, [el('tr', {}, head.map(function (text) { return el('th', { scope: 'col', text: text }); }))]),
      el('tbody', {}, rows.map(function (r) {
        var values = change.what === 'changed' ? [r.before, r.after] : [change.what === 'gone' ? r.before : r.after];
        return el('tr', {}, [el('th', { scope: 'row', text: r.member })].concat(values.map(function (v) { return el('td', { text: shown(v) }); })));
      }))
    ]);
  }

  function showAnswer(got) {
    var answer = got.answer;
    at('outcome').textContent = answer.status ? answer.status + ' ' + answer.text + (answer.cut ? ', and the connection was cut' : '') : 'No answer: the connection was cut.';
    at('outcome').className = answer.status && answer.status < 400 && !answer.cut ? 'good' : 'bad';
    var parts = links(answer.body).concat(answer.body ? part('Body', pretty(answer.body)) : []);
    parts.push(el('h3', { text: 'What changed' }));
    if (!got.changes.length) { parts.push(el('p', { class: 'soft', text: 'No object changed.' })); }
    got.changes.forEach(function (c) { parts.push(drawChange(c)); });
    parts.push(el('h3', { text: 'How it was signed' }));
    parts.push(folded('Canonical request', got.canonicalRequest), folded('String to sign', got.stringToSign), folded('Signature', got.signature),
      folded('Authorization header', got.authorization), folded('Request as sent', got.request.line + '\n' + got.request.header.join('\n') + '\n\n' + got.request.body),
      folded('Headers of the answer', answer.header.join('\n')));
    at('answer').textContent = '';
    parts.forEach(function (p) { at('answer').appendChild(p); });
    if (at('answer-part').getBoundingClientRect().top > window.innerHeight / 2) { at('answer-part').scrollIntoView(); } // on a phone it is below
  }

  // copy puts a text on the clipboard, and shows it for those whose browser does not allow that.
  function copy(text, into, status) {
    at(into).textContent = text;
    at(into).hidden = false;
    var tell = function (what) { at(status).textContent = what; };
    if (!navigator.clipboard) { return tell('Copy it from here.'); }
    return navigator.clipboard.writeText(text).then(function () { tell('Copied.'); }, function () { tell('Copy it from here.'); });
  }

  // The button.

  function buttonOrder() {
    var order = senderOrder();
    ['kind', 'payload', 'product', 'placement', 'color', 'language', 'currency'].forEach(function (name) { order[name] = button[name].value; });
    order.actFor = ''; // a button acts for the merchant who signs it
    return order;
  }

  function showKind() {
    var kind = choices.kinds.find(function (k) { return k.kind === button.kind.value; });
    options(button.product, kind.products.length > 1 ? [{ value: '', text: 'by the payload' }].concat(kind.products) : kind.products);
  }

  function showRegion() {
    options(button.language, [{ value: '', text: 'by the browser' }].concat(languages[sender.region.value]));
    options(button.currency, currencies[sender.region.value]);
  }

  function draw(got) {
    var host = at('AmazonPayButton');
    host.textContent = '';
    try {
      if (got.call === 'renderButton') {
        window.amazon.Pay.renderButton(host, got.config);
      } else {
        var element = el('button', { type: 'button', text: got.call === 'initCheckout' ? 'Change the payment method' : 'Subscribe' });
        host.appendChild(element);
        if (got.call === 'initCheckout') {
          element.addEventListener('click', function () { window.amazon.Pay.initCheckout(got.config); });
        } else {
          window.amazon.Pay.bindUpgradeAction(element, got.config);
        }
      }
      at('drawn').textContent = 'Signed. A click leads to the buyer’s pages of the emulator.';
    } catch (e) {
      at('drawn').textContent = e.message;
    }
  }

  function makeButton(order) {
    remember();
    at('button-code').hidden = true;
    at('button-copied').textContent = '';
    return ask('workbench/button', order).then(latest('button', function (got) {
      code = got;
      button.payload.value = got.payload;
      at('signed').textContent = '';
      [folded('Signature', got.signature), folded('String to sign', got.stringToSign), folded('Configuration', JSON.stringify(got.config, null, 2))]
        .forEach(function (p) { at('signed').appendChild(p); });
      if (got.drawable) { return draw(got); }
      at('AmazonPayButton').textContent = '';
      at('drawn').textContent = 'Signed. This page has the checkout.js of the region ' + choices.region + ', which cannot draw a button of ' + sender.region.value + '.';
    })).catch(done);
  }

  function newButton() { return makeButton(Object.assign(buttonOrder(), { payload: '' })); }

  at('sender').addEventListener('submit', function (event) { event.preventDefault(); });
  at('sender').addEventListener('change', function (event) {
    if (event.target === sender.merchant) { showActsFor(''); }
    if (event.target === sender.region) { showRegion(); }
    fill();
    newButton();
  });
  at('operation').addEventListener('change', function () { fill(); });
  at('about').addEventListener('change', function (event) { fill(event.target.value); });
  at('refill').addEventListener('click', function () { fill(filled.id); });
  at('new-key').addEventListener('click', function () { request.idempotencyKey.value = crypto.randomUUID().replace(/-/g, ''); });
  at('buyer').addEventListener('click', function (event) {
    if (event.target.dataset.do) {
      ask('sessions/' + encodeURIComponent(request.id.value) + '/' + event.target.dataset.do, {}).then(function () { return fill(request.id.value); }).catch(done);
    }
  });
  at('request').addEventListener('submit', function (event) {
    event.preventDefault();
    at('outcome').textContent = 'Sending …';
    ready.then(function () { return ask('workbench/send', requestOrder()); }).then(showAnswer).then(refresh).catch(function () { at('outcome').textContent = 'Not sent.'; });
  });
  at('request').addEventListener('input', function () { at('code').hidden = true; });
  at('button').addEventListener('input', function () { at('button-code').hidden = true; });
  at('copy-request').addEventListener('click', function (event) {
    var as = event.target.dataset.as;
    if (as) { ready.then(function () { return ask('workbench/code', requestOrder()); }).then(function (got) { return copy(got[as], 'code', 'copied'); }).catch(done); }
  });
  at('kind').addEventListener('change', function () {
    showKind();
    newButton();
  });
  at('refill-button').addEventListener('click', newButton);
  at('button').addEventListener('submit', function (event) {
    event.preventDefault();
    makeButton(buttonOrder());
  });
  at('copy-button').addEventListener('click', function (event) {
    var as = event.target.dataset.as;
    if (as) { makeButton(buttonOrder()).then(function () { return code[as] && copy(code[as], 'button-code', 'button-copied'); }); }
  });

  ask('workbench/choices').then(function (got) {
    choices = got;
    var before = remembered();
    options(sender.merchant, got.merchants.map(function (m) { return m.id; }), before.merchant);
    options(sender.environment, got.environments, before.environment);
    options(sender.region, got.regions, before.region || got.region);
    options(sender.algorithm, got.algorithms, before.algorithm);
    showActsFor(before.actFor);
    var address = new URLSearchParams(location.search);
    options(request.operation, got.operations.map(function (o) { return o.operation; }), address.get('operation') || 'CreateCheckoutSession');
    options(button.kind, got.kinds.map(function (k) { return { value: k.kind, text: k.kind + ': ' + k.says }; }));
    options(button.placement, ['Cart', 'Home', 'Product', 'Checkout', 'Other']);
    options(button.color, ['Gold', 'LightGray', 'DarkGray']);
    showKind();
    showRegion();
    return Promise.all([fill(address.get('amazonCheckoutSessionId') || address.get('buyerToken')), newButton()]);
  }).catch(done);
})();
