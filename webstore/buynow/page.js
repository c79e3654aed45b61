function (config, page) {
  'use strict';
  var self = document.currentScript, box = self.previousElementSibling, note, done;

  function say(text, why) {
    console.error('Amazon Pay: Buy Now: ' + why);
    if (!note) {
      note = document.createElement('p');
      note.setAttribute('role', 'alert');
      box.appendChild(note);
    }
    note.textContent = text;
  }

  function post(event, data, tries) {
    return fetch(page.handler, {
      method: 'POST',
      credentials: 'same-origin',
      redirect: 'error',
      keepalive: event === 'onCancel',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({checkoutId: page.checkout, event: event, data: data})
    }).then(function (response) {
      return response.json();
    }).catch(function (e) {
      if (tries > 1) {
        return new Promise(function (resolve) { setTimeout(resolve, 1000); }).then(function () { return post(event, data, tries - 1); });
      }
      console.error('Amazon Pay: Buy Now: ' + page.handler + ' did not answer ' + event + ': ' + e);
      return {status: 'error', reasonCode: 'NoAnswer'};
    });
  }

  function ask(event, data, tries) {
    return post(event, data, tries).then(function (answer) {
      if (answer.reasonCode === 'AlreadyPaid') {
        say(page.unknown, event + ': the checkout was paid before, with another session');
      } else if (answer.status === 'decline') {
        say(page.declined, event + ' was declined: ' + (answer.reasonCode || 'no reason'));
      } else if (answer.status === 'error') {
        say(event === 'onCompleteCheckout' ? page.unknown : page.failed, event + ' failed: ' + (answer.reasonCode || 'no reason'));
      } else if (note) {
        note.textContent = '';
      }
      return answer;
    });
  }

  config.onInitCheckout = function (e) {
    return ask('onInitCheckout', {
      shippingAddress: e.shippingAddress, billingAddress: e.billingAddress, buyer: e.buyer || e.scopes, checkoutLanguage: e.checkoutLanguage
    }, 1);
  };
  if (page.ships) {
    config.onShippingAddressSelection = function (e) {
      return ask('onShippingAddressSelection', {shippingAddress: e.shippingAddress}, 1);
    };
    config.onDeliveryOptionSelection = function (e) {
      return ask('onDeliveryOptionSelection', {deliveryOptions: e.deliveryOptions}, 1);
    };
  }
  // The handler answers a repetition like the first time, so a lost answer costs nothing.
  config.onCompleteCheckout = function (e) {
    return ask('onCompleteCheckout', {amazonCheckoutSessionId: e.amazonCheckoutSessionId}, 3).then(function (answer) {
      if (answer.status === 'success') {
        done = true;
        setTimeout(function () { location.assign(page.result); }, 0); // after Amazon's page has the answer
      }
      return answer;
    });
  };
  config.onCancel = function () {
    if (!done) {
      post('onCancel', {}, 1).then(function () { location.assign(page.cancel); });
    }
  };
  config.onError = function (e) {
    e = e || {};
    var code = String(e.code || e.errorCode || e.name || ''), message = String(e.message || e.errorMessage || '');
    say(page.failed, 'Amazon reports ' + code + ' ' + message);
    post('onError', {code: code, message: message}, 1);
  };
  return config;
}
