// The page on which a buyer of Buy Now chooses and pays. It asks the shop's page, which opened this window, by
// messages: see renderJSButton in checkout.js. What the shop answers is checked by the emulator, not here.
(function () {
  'use strict';

  var page = document.getElementById('buynow');
  var origin = page.dataset.origin;
  var shop = window.opener;

  // tell sends a message to the shop's page, and to a page of that origin alone.
  function tell(message) {
    if (shop && !shop.closed) {
      message.amazonPay = 'buyNow';
      shop.postMessage(message, origin);
    }
  }

  if (page.dataset.over) {
    tell({ over: page.dataset.over });
    window.close();
    return;
  }

  var message = document.getElementById('message');
  var status = document.getElementById('status');
  var pay = document.getElementById('pay');
  var cancel = document.getElementById('cancel');
  var cart = null;      // what the shop answered, each answer over the one before
  var chosen = '';      // the id of the delivery option
  var handlers = null;  // those that the shop has
  var waiting = {};     // for answers, by the number of the event
  var number = 0;
  var payable = false;
  var inWork = false;

  // How long the shop may take: for a cart, and for a payment, which may wait for a bank.
  var limits = { onCompleteCheckout: 120000 }, usual = 20000, greeting = 5000;

  function busy(what) {
    inWork = true;
    status.textContent = what;
    document.querySelectorAll('#buynow fieldset, #extras button').forEach(function (f) { f.disabled = true; });
    pay.disabled = true;
  }

  function idle(what) {
    inWork = false;
    status.textContent = what || '';
    document.querySelectorAll('#buynow fieldset, #extras button').forEach(function (f) { f.disabled = false; });
    pay.disabled = !payable;
  }

  function show(text) {
    message.textContent = text;
    message.hidden = !text;
    if (text) {
      message.scrollIntoView({ block: 'nearest' });
    }
  }

  // wrong shows what the shop's page did wrong, here, in both consoles, and in the emulator's window.
  function wrong(event, text, kept) {
    payable = false;
    show(text);
    console.error('Amazon Pay emulator: ' + event + ': ' + text);
    tell({ wrong: event + ': ' + text });
    if (!kept) {
      ask('wrong', { about: event, text: text }).catch(function () {});
    }
    idle();
  }

  // ask has the emulator do something.
  function ask(what, more) {
    var form = new URLSearchParams(Object.assign({ amazonCheckoutSessionId: page.dataset.session, do: what }, more));
    return fetch('/checkout/buynow/do', { method: 'POST', body: form }).then(function (answer) { return answer.json(); });
  }

  // send sends an event to the shop's page, and calls back with its answer.
  function send(event, payload, then) {
    var id = ++number;
    var limit = limits[event] || usual;
    var timer = setTimeout(function () {
      delete waiting[id];
      then({ error: 'the shop has not answered within ' + limit / 1000 + ' seconds', late: true });
    }, limit);
    waiting[id] = function (answer) {
      clearTimeout(timer);
      delete waiting[id];
      then(answer);
    };
    tell({ id: id, event: event, payload: payload });
  }

  window.addEventListener('message', function (received) {
    if (received.source !== shop || received.origin !== origin || !received.data || received.data.amazonPay !== 'buyNow') {
      return;
    }
    if (received.data.handlers && !handlers) {
      handlers = received.data.handlers;
      begin();
    } else if (waiting[received.data.id]) {
      waiting[received.data.id](received.data);
    }
  });

  // read returns the object that an answer holds, or says what is wrong.
  function read(event, answer) {
    if (answer.error) {
      wrong(event, answer.error);
      return null;
    }
    var value;
    try { value = JSON.parse(answer.text); } catch (e) { value = null; }
    if (!value || typeof value !== 'object' || Array.isArray(value)) {
      wrong(event, 'the answer must be an object: it is ' + (answer.text || 'nothing'));
      return null;
    }
    return value;
  }

  // update asks the shop for the cart, has it checked, and shows it.
  function update(event, payload, option) {
    busy('Asking the shop …');
    show('');
    if (handlers.indexOf(event) < 0) { // an optional handler: the cart stays as it is
      return check(event, option);
    }
    send(event, payload, function (answer) {
      var value = read(event, answer);
      if (!value) {
        return;
      }
      if (value.status !== undefined) {
        wrong(event, 'The shop answers ' + value.status + (value.reasonCode ? ': ' + value.reasonCode : ''));
        return;
      }
      cart = Object.assign({}, cart, value);
      check(event, option);
    });
  }

  function check(event, option) {
    ask('cart', { cart: JSON.stringify(cart), option: option, about: event }).then(function (answer) {
      if (answer.wrong) {
        wrong(event, answer.wrong, true);
        return;
      }
      draw(answer.cart);
      payable = true;
      answer.cart.notes.forEach(function (note) {
        console.warn('Amazon Pay emulator: ' + event + ': ' + note);
        tell({ note: event + ': ' + note });
      });
      idle();
    }).catch(lost);
  }

  function lost() {
    show('The emulator cannot be reached.');
    idle();
  }

  function element(name, text, parent) {
    var made = document.createElement(name);
    made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  function draw(checked) {
    var items = document.getElementById('items');
    items.textContent = '';
    checked.items.forEach(function (item) {
      var line = element('li', '', items);
      var what = element('span', item.text, line);
      if (item.note) {
        element('small', item.note, what);
      }
      element('b', item.amount, line);
    });
    document.getElementById('cart').hidden = !checked.items.length;

    var totals = document.getElementById('totals');
    totals.textContent = '';
    checked.totals.forEach(function (total) {
      var last = total.id === 'totalChargeAmount';
      element('dt', total.text, totals).className = last ? 'total' : '';
      element('dd', total.amount, totals).className = last ? 'total' : '';
    });
    totals.hidden = false;

    chosen = checked.chosen;
    var options = document.getElementById('options');
    var focused = options.contains(document.activeElement);
    options.querySelectorAll('label').forEach(function (label) { label.remove(); });
    checked.options.forEach(function (option) {
      var label = element('label', '', options);
      label.className = 'choice';
      var input = element('input', '', label);
      input.type = 'radio';
      input.name = 'option';
      input.value = option.id;
      input.checked = option.id === chosen;
      input.addEventListener('change', function () {
        update('onDeliveryOptionSelection', { deliveryOptions: { id: option.id } }, option.id);
      });
      element('span', option.text, label);
      element('b', option.amount, label);
      if (input.checked && focused) {
        setTimeout(function () { input.focus(); }, 0);
      }
    });
    options.hidden = !checked.chosen;
    extras(checked.others);
  }

  // extras shows the members that only some shops have, as the shop gave them, and a button for each event that goes
  // with them.
  function extras(others) {
    var host = document.getElementById('extras');
    host.textContent = '';
    others.forEach(function (other) {
      var line = element('p', other.text + ': ', host);
      element('span', other.note, line).className = 'soft';
    });
    [['onGiftWrapOptionSelection', 'Choose the gift wrap', 'giftDetails'], ['onMerchantManagedPaymentMethodSelection', 'Use points or a code']].forEach(function (of) {
      if (handlers.indexOf(of[0]) < 0) {
        return;
      }
      var use = element('button', of[1], host);
      use.type = 'button';
      use.className = 'quiet';
      use.addEventListener('click', function () {
        var payload = {};
        if (of[2] && cart[of[2]] !== undefined) {
          payload[of[2]] = cart[of[2]];
        }
        update(of[0], payload, chosen);
      });
    });
  }

  function begin() {
    clearTimeout(unheard);
    update('onInitCheckout', JSON.parse(page.dataset.event), '');
  }

  // choose keeps a choice of the buyer's, and goes on.
  function choose(what, value, then) {
    busy('One moment …');
    show('');
    var more = {};
    more[what] = value;
    ask(what, more).then(function (answer) {
      if (answer.wrong) {
        show('Not accepted: ' + answer.wrong + '.');
        idle();
        return;
      }
      then(answer);
    }).catch(lost);
  }

  page.addEventListener('change', function (event) {
    if (event.target.name === 'card') {
      choose('card', event.target.value, function () { idle(); });
    } else if (event.target.name === 'address') {
      choose('address', event.target.value, function (answer) {
        update('onShippingAddressSelection', answer.event, '');
      });
    }
  });

  page.addEventListener('submit', function (event) {
    event.preventDefault();
    if (inWork || !payable) {
      return;
    }
    busy('Paying …');
    show('');
    cancel.disabled = true; // what is being paid cannot be canceled here
    ask('pay', { cart: JSON.stringify(cart), option: chosen, about: 'onCompleteCheckout' }).then(function (answer) {
      if (answer.wrong) {
        cancel.disabled = false;
        wrong('onCompleteCheckout', answer.wrong, true);
        return;
      }
      send('onCompleteCheckout', answer.event, paid);
    }).catch(function () {
      cancel.disabled = false;
      lost();
    });
  });

  // paid looks at what the shop says of the payment, and at what there is of it.
  function paid(answer) {
    ask('look').then(function (now) {
      cancel.disabled = false;
      if (answer.error && now.state === 'Completed') { // too late, or something failed after it
        wrong('onCompleteCheckout', answer.error + ', but the order is paid');
        end('Thank you', 'Your order is paid.', false);
        return;
      }
      var value = read('onCompleteCheckout', answer);
      if (!value) {
        after(now.state);
        return;
      }
      var why = value.reasonCode ? ' (' + value.reasonCode + ')' : '';
      switch (value.status) {
        case 'success':
          if (now.state !== 'Completed') {
            wrong('onCompleteCheckout', 'The shop answers success, but the session is ' + now.state + ': call finalizeCheckoutSession first');
            after(now.state);
            return;
          }
          end('Thank you', 'Your order is paid. This window closes by itself.', true);
          return;
        case 'decline':
          show('The payment was declined' + why + '.' + (now.state === 'Open' ? ' Choose another card and pay again.' : ''));
          after(now.state);
          return;
        case 'error':
          show('The shop could not take the order' + why + '.' + (now.state === 'Open' ? ' You have not paid: try again, or cancel.' : ''));
          after(now.state);
          return;
        case 'redirectRequired':
          if (/^https?:\/\//.test(value.redirectUrl)) {
            window.location.assign(value.redirectUrl);
            return;
          }
          wrong('onCompleteCheckout', 'redirectRequired goes with a redirectUrl of https');
          after(now.state);
          return;
        default:
          wrong('onCompleteCheckout', 'status must be one of success, decline, error, redirectRequired: it is ' + JSON.stringify(value.status));
          after(now.state);
      }
    }).catch(lost);
  }

  // after lets the buyer go on if the session does.
  function after(state) {
    if (state === 'Open') {
      payable = true;
      idle();
    } else if (state === 'Completed') {
      end('Your order is paid', message.textContent, false);
    } else {
      end('This checkout is over', message.textContent + ' Close this window and start again at the shop.', false);
    }
  }

  // end leaves nothing to do but to close the window.
  function end(title, text, closes) {
    idle();
    page.remove();
    status.remove();
    message.remove();
    var heading = document.querySelector('h1');
    heading.textContent = document.title = title;
    heading.nextElementSibling.textContent = text;
    heading.tabIndex = -1;
    heading.focus();
    if (closes) {
      setTimeout(function () { window.close(); }, 3000);
    }
  }

  cancel.addEventListener('click', function () {
    ask('cancel').catch(function () {}).then(function () {
      tell({ over: 'BuyerCanceled' });
      window.close();
      end('This checkout is over', 'You have canceled. You can close this window.', false);
    });
  });

  var unheard = setTimeout(function () {
    wrong('renderJSButton', 'The shop’s page does not answer: it was closed, left or reloaded, or its Cross-Origin-Opener-Policy separates it from this window');
  }, greeting);
  busy(status.textContent);
  tell({ hello: true });
})();
