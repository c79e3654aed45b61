// The script of the Amazon Pay emulator: the same calls as Amazon's, for tests. It throws where Amazon's does, as
// far as its rules are known: from https://developer.amazon.com/docs/amazon-pay-checkout/amazon-pay-script.html and
// from what a version of about 2022 does.
(function () {
  'use strict';

  var base = "BASE";
  var origin = new URL(base).origin;
  var region = "REGION"; // of the host that this script came from

  // The values that a configuration may have. What is not there at all is not checked against them.
  var values = {
    placement: ['Home', 'Product', 'Cart', 'Checkout', 'Other'],
    ledgerCurrency: { na: ['USD'], eu: ['EUR', 'GBP'], jp: ['JPY'] }[region],
    productType: ['PayAndShip', 'PayOnly', 'SignIn', 'PayAndShipMultiAddress', 'Donation'],
    checkoutLanguage: { na: ['en_US'], eu: ['en_GB', 'de_DE', 'fr_FR', 'it_IT', 'es_ES'], jp: ['ja_JP'] }[region],
    buttonColor: ['Gold', 'LightGray', 'DarkGray'], // for another one Amazon's draws Gold
    color: ['Gold'],
    sandbox: [true, false]
  };

  // Whose amounts have no decimals, and the others in which an order may be estimated.
  var decimals = { JPY: 0, USD: 2, EUR: 2, GBP: 2, AUD: 2, DKK: 2, HKD: 2, NZD: 2, NOK: 2, ZAR: 2, SEK: 2, CHF: 2 };

  function fail(call, what) {
    throw new Error('AmazonPay: amazon.Pay.' + call + ': ' + what);
  }

  function empty(value) { return value === undefined || value === null || value === ''; }

  function element(selector, call) {
    if (empty(selector)) {
      fail(call, 'the selector is missing');
    }
    var found = typeof selector === 'string' ? document.querySelector(selector) : selector;
    if (!found) {
      fail(call, 'there is no element ' + selector);
    }
    return found;
  }

  function need(config, call, names) {
    if (!config || typeof config !== 'object') {
      fail(call, 'the configuration is missing');
    }
    var missing = names.filter(function (name) { return empty(config[name]); });
    if (missing.length) {
      fail(call, missing.join(', ') + (missing.length > 1 ? ' are' : ' is') + ' missing');
    }
  }

  function oneOf(config, call, name, allowed) {
    if (!empty(config[name]) && allowed.indexOf(config[name]) < 0) {
      var given = typeof config[name] === 'string' ? '"' + config[name] + '"' : String(config[name]);
      var here = name === 'ledgerCurrency' || name === 'checkoutLanguage' ? ' in the region ' + region : '';
      fail(call, name + ' is ' + given + ', and must be one of ' + allowed.join(', ') + here);
    }
  }

  // validate checks everything that is not signed.
  function validate(config, call) {
    need(config, call, ['merchantId', 'ledgerCurrency', 'placement']);
    Object.keys(values).forEach(function (name) { oneOf(config, call, name, values[name]); });
    var ids = [config, config.createCheckoutSessionConfig, config.signInConfig]
      .map(function (part) { return part && part.publicKeyId; })
      .filter(function (id) { return id !== undefined && id !== null; });
    ids.forEach(function (id) {
      if (id === '') {
        fail(call, 'publicKeyId is empty');
      }
      if (id !== ids[0]) {
        fail(call, 'there are two publicKeyId, ' + ids[0] + ' and ' + id + ': give one of them');
      }
      if (config.sandbox === false && /^SANDBOX-/.test(id) || config.sandbox === true && /^LIVE-/.test(id)) {
        fail(call, 'sandbox is ' + config.sandbox + ', but the publicKeyId is ' + id);
      }
    });
    estimated(config.estimatedOrderAmount);
  }

  // estimated reports a wrong estimated amount, which is then ignored, in the console.
  function estimated(amount) {
    if (!amount || typeof amount === 'object' && !Object.keys(amount).length) {
      return;
    }
    var parsed = amount;
    if (typeof amount === 'string') {
      try { parsed = JSON.parse(amount); } catch (e) { parsed = null; }
    }
    var places = parsed && Object.prototype.hasOwnProperty.call(decimals, parsed.currencyCode) ? decimals[parsed.currencyCode] : undefined;
    var fraction = parsed && String(parsed.amount).split('.')[1] || '';
    if (places === undefined || !(Number(parsed.amount) > 0) || fraction.length > places) {
      console.error('AmazonPay: the estimatedOrderAmount is ignored: it requires an amount above zero, as {amount: "109.99", ' +
        'currencyCode: "USD"}, with no more decimals than the currency has, in one of ' + Object.keys(decimals).join(', '));
    }
  }

  // parameters are the parts of a configuration that the emulator requires to check and start it.
  function parameters(config, call) {
    var signIn = config.productType === 'SignIn' || !empty(config.signInConfig);
    var name = signIn ? 'signInConfig' : 'createCheckoutSessionConfig';
    if (signIn && (config.productType !== 'SignIn' || empty(config.signInConfig))) {
      fail(call, 'signInConfig requires productType SignIn');
    }
    need(config, call, [name]);
    var signed = config[name];
    need(signed, call, ['payloadJSON', 'signature']);
    var keyId = signed.publicKeyId || config.publicKeyId;
    if (!keyId) {
      fail(call, 'publicKeyId is missing');
    }
    return {
      region: region,
      merchantId: config.merchantId,
      publicKeyId: keyId,
      ledgerCurrency: config.ledgerCurrency,
      sandbox: empty(config.sandbox) ? String(/^SANDBOX-/.test(keyId)) : String(config.sandbox),
      productType: config.productType || 'PayAndShip',
      payloadJSON: text(signed.payloadJSON),
      signature: signed.signature,
      algorithm: signed.algorithm || ''
    };
  }

  // text is the payload as it is sent: an object is written as JSON, which is then what must have been signed.
  function text(payload) { return typeof payload === 'string' ? payload : JSON.stringify(payload); }

  // post leaves the shop's page for the emulator's, with a form, as the service's script does. Where the page's
  // Content-Security-Policy lets forms go to Amazon's pages alone, which have names that the emulator has not, the
  // same goes as a link, which no policy holds up.
  function post(path, given) {
    var form = document.createElement('form');
    form.method = 'POST';
    form.action = base + path;
    form.acceptCharset = 'UTF-8'; // also on a page in Shift_JIS
    form.hidden = true;
    Object.keys(given).forEach(function (name) {
      var input = document.createElement('input');
      input.type = 'hidden';
      input.name = name;
      input.value = given[name];
      form.appendChild(input);
    });
    document.body.appendChild(form);
    document.addEventListener('securitypolicyviolation', function blocked(event) {
      if (event.effectiveDirective === 'form-action') {
        document.removeEventListener('securitypolicyviolation', blocked);
        window.location.assign(form.action + '?' + new URLSearchParams(given));
      }
    });
    form.submit();
  }

  function start(given) { post('/checkout/start', given); }

  function initCheckout(config) {
    validate(config, 'initCheckout');
    if (config.createCheckoutSession) {
      fail('initCheckout', 'createCheckoutSession belongs to version 1: sign the payload and pass createCheckoutSessionConfig');
    }
    start(parameters(config, 'initCheckout'));
  }

  function draw(config) {
    var button = document.createElement('button');
    button.type = 'button';
    var signIn = config.productType === 'SignIn';
    button.setAttribute('aria-label', signIn ? 'Sign in with Amazon' : 'Amazon Pay: pay with your Amazon account');
    button.textContent = signIn ? 'Sign in with Amazon' : 'Amazon Pay';
    var colors = { LightGray: ['#e7e9ec', '#111'], DarkGray: ['#414141', '#fff'] }[config.buttonColor] || ['#f5c451', '#111'];
    Object.assign(button.style, {
      display: 'block', width: '100%', minWidth: '150px', maxWidth: '320px', minHeight: '45px', padding: '8px 16px',
      font: '600 16px/1.4 system-ui, sans-serif', color: colors[1], background: colors[0],
      border: '1px solid rgba(0, 0, 0, .35)', borderRadius: '6px', cursor: 'pointer'
    });
    return button;
  }

  // place draws a button into an element, in place of what was there. Like Amazon's, a click on the element
  // itself is one on the button.
  function place(host, config, click) {
    var button = draw(config);
    host.textContent = '';
    host.classList.add('amazonpay-button-parent-container-checkout-' + config.merchantId);
    host.appendChild(button);
    button.addEventListener('click', click);
    host.removeEventListener('click', host.amazonPayClick);
    host.amazonPayClick = function (event) {
      if (event.target === host) {
        button.click();
      }
    };
    host.addEventListener('click', host.amazonPayClick);
    return button;
  }

  // say explains under the button why it does not work.
  function say(host, what, detail) {
    var note = document.createElement('p');
    note.setAttribute('role', 'alert');
    note.textContent = 'Amazon Pay emulator: ' + what;
    Object.assign(note.style, { color: '#a4161a', background: '#fff', font: '14px/1.4 system-ui, sans-serif', margin: '6px 0 0', overflowWrap: 'anywhere' });
    host.appendChild(note);
    console.error(['Amazon Pay emulator: ' + what].concat(detail || []).join('\n  '));
  }

  function check(host, button, given, path) {
    fetch(base + (path || '/checkout/check'), { method: 'POST', body: new URLSearchParams(given), credentials: 'omit' })
      .then(function (answer) { return answer.json(); })
      .then(function (verdict) {
        button.dataset.signature = verdict.wrong ? 'wrong' : 'right';
        if (verdict.wrong) {
          button.disabled = true;
          button.style.opacity = '.5';
          say(host, verdict.wrong + (verdict.detail ? ' (' + verdict.detail[0] + ')' : ''), verdict.detail);
        }
      })
      .catch(function (e) { // a Content-Security-Policy, mostly: the button works all the same
        button.dataset.signature = 'unchecked';
        console.warn('Amazon Pay emulator: the button was not checked: this page blocks requests to ' + base + ' (' + e.message + ')');
      });
  }

  function renderButton(selector, config) {
    var host = element(selector, 'renderButton');
    validate(config, 'renderButton');
    if (config.createCheckoutSession) {
      fail('renderButton', 'createCheckoutSession belongs to version 1: sign the payload and pass createCheckoutSessionConfig');
    }
    var given = Object.assign({}, config);
    function updateButtonInfo(amount) { estimated(amount); }
    if (!empty(config.createCheckoutSessionConfig) || !empty(config.signInConfig)) {
      var button = place(host, given, function () { start(parameters(given, 'renderButton')); });
      try {
        check(host, button, parameters(given, 'renderButton'));
      } catch (e) { // Amazon's script throws this at the click
        button.dataset.signature = 'wrong';
        say(host, e.message);
      }
      return config.productType === 'SignIn' ? undefined : { updateButtonInfo: updateButtonInfo };
    }
    var callback = null;
    place(host, given, function () {
      if (callback) {
        callback();
      } else if (config.productType === 'SignIn') {
        fail('renderButton', 'signInConfig is missing');
      } else {
        console.warn('Amazon Pay emulator: a click does nothing: pass createCheckoutSessionConfig, or call onClick of what renderButton returns');
      }
    });
    return {
      onClick: function (next) { callback = next; },
      initCheckout: function (more) { initCheckout(Object.assign({}, given, more)); },
      updateButtonInfo: updateButtonInfo
    };
  }

  // The events of Buy Now. Those that are not required are sent if there is a handler for them.
  var required = ['onInitCheckout', 'onCompleteCheckout', 'onCancel'];
  var buyNowEvents = required.concat('onShippingAddressSelection', 'onDeliveryOptionSelection', 'onGiftWrapOptionSelection',
    'onMerchantManagedPaymentMethodSelection', 'onError');

  // renderJSButton draws the button of Buy Now. A click opens a window with the emulator's page, which asks this page by
  // messages. Nothing of the configuration is signed.
  function renderJSButton(selector, config) {
    var call = 'renderJSButton';
    var host = element(selector, call);
    validate(config, call);
    need(config, call, ['checkoutSessionConfig'].concat(required));
    buyNowEvents.forEach(function (name) {
      if (!empty(config[name]) && typeof config[name] !== 'function') {
        fail(call, name + ' is not a function');
      }
    });
    oneOf(config, call, 'productType', ['PayAndShip', 'PayOnly']);
    var given = {
      region: region, merchantId: config.merchantId, sandbox: String(empty(config.sandbox) ? /^SANDBOX-/.test(config.publicKeyId || '') : config.sandbox), productType: config.productType || 'PayAndShip',
      checkoutLanguage: config.checkoutLanguage || '', checkoutSessionConfig: text(config.checkoutSessionConfig), origin: window.location.origin
    };
    var open = null; // the checkout that is under way
    var button = place(host, config, function () {
      if (open && !open.popup.closed) {
        open.popup.focus();
        return;
      }
      var popup = window.open(base + '/checkout/buynow/start?' + new URLSearchParams(given), '_blank', 'popup,width=520,height=760');
      if (!popup) {
        say(host, 'the browser did not open the window of Amazon Pay: allow pop-ups for this page');
        return;
      }
      open = checkout(config, popup, host);
    });
    check(host, button, given, '/checkout/buynow/check');
    return Promise.resolve();
  }

  // checkout answers the window of one checkout until it is over.
  function checkout(config, popup, host) {
    var here = { popup: popup };
    var over = false, completing = 0;

    // call calls a handler, which may return a promise or nothing. What it throws goes to onError.
    function call(name, payload) {
      return new Promise(function (resolve) { resolve(config[name](payload)); }).catch(function (e) {
        console.error('Amazon Pay emulator: ' + name + ' failed: ' + (e && e.message || e));
        if (name !== 'onError' && config.onError) {
          call('onError', e).catch(function () {});
        }
        throw e;
      });
    }

    function end(canceled) {
      if (over) {
        return;
      }
      over = true;
      window.removeEventListener('message', hear);
      clearInterval(watch);
      if (canceled) {
        call('onCancel', {}).catch(function () {});
      }
    }

    function answer(message) {
      message.amazonPay = 'buyNow';
      if (!popup.closed) {
        popup.postMessage(message, origin);
      }
    }

    function hear(received) {
      var data = received.data;
      if (received.source !== popup || received.origin !== origin || !data || data.amazonPay !== 'buyNow') {
        return;
      }
      if (data.hello) {
        answer({ handlers: buyNowEvents.filter(function (name) { return typeof config[name] === 'function'; }) });
      } else if (data.wrong) {
        say(host, data.wrong);
      } else if (data.note) {
        console.warn('Amazon Pay emulator: ' + data.note);
      } else if (data.over) {
        end(true);
      } else if (buyNowEvents.indexOf(data.event) >= 0 && typeof config[data.event] === 'function') {
        completing += data.event === 'onCompleteCheckout' ? 1 : 0;
        call(data.event, data.payload).then(function (value) {
          if (data.event === 'onCompleteCheckout' && value && (value.status === 'success' || value.status === 'redirectRequired')) {
            end(false);
          }
          return { id: data.id, text: JSON.stringify(value) };
        }).catch(function (e) {
          return { id: data.id, error: data.event + ' failed: ' + (e && e.message || e) };
        }).then(function (message) {
          completing -= data.event === 'onCompleteCheckout' ? 1 : 0;
          answer(message);
        });
      }
    }

    // A window that was closed says nothing. While the shop completes the order nothing is canceled.
    var watch = setInterval(function () {
      if (popup.closed && !completing) {
        end(true);
      }
    }, 300);
    window.addEventListener('message', hear);
    return here;
  }

  function change(config, call, action) {
    need(config, call, ['amazonCheckoutSessionId']);
    window.location.assign(base + '/checkout/change?' + new URLSearchParams({
      amazonCheckoutSessionId: config.amazonCheckoutSessionId, changeAction: action
    }));
  }

  function bindChangeAction(selector, config) {
    var host = element(selector, 'bindChangeAction');
    need(config, 'bindChangeAction', ['amazonCheckoutSessionId', 'changeAction']);
    oneOf(config, 'bindChangeAction', 'changeAction', ['changeAddress', 'changePayment']);
    host.addEventListener('click', function (event) {
      event.preventDefault();
      change(config, 'bindChangeAction', config.changeAction);
    });
  }

  // bindUpgradeAction leads the buyer of a one-time order to where a recurring one is agreed to. Like Amazon's it does
  // nothing at a click with another action.
  function bindUpgradeAction(selector, config) {
    need(config, 'bindUpgradeAction', ['payloadJSON', 'signature', 'publicKeyId', 'upgradeAction']);
    var host = element(selector, 'bindUpgradeAction');
    host.addEventListener('click', function (event) {
      event.preventDefault();
      if (['recurringUpgrade', 'recurringUpdate'].indexOf(config.upgradeAction) < 0) {
        console.error('Amazon Pay emulator: a click does nothing: upgradeAction is neither recurringUpgrade nor recurringUpdate');
        return;
      }
      var payload;
      try {
        payload = JSON.parse(text(config.payloadJSON)) || {};
      } catch (e) {
        fail('bindUpgradeAction', 'payloadJSON is not JSON');
      }
      post('/checkout/upgrade', {
        region: region, merchantId: payload.merchantId || '', publicKeyId: config.publicKeyId, productType: payload.productType || 'PayAndShip',
        sandbox: String(/^SANDBOX-/.test(config.publicKeyId)), payloadJSON: text(config.payloadJSON), signature: config.signature,
        algorithm: config.algorithm || '', upgradeAction: config.upgradeAction
      });
    });
  }

  // switchAccount has the buyer sign in again with another account.
  function switchAccount(config) {
    need(config, 'switchAccount', ['merchantId', 'SignInConfig']);
    var signed = config.SignInConfig;
    start(parameters({
      merchantId: config.merchantId, ledgerCurrency: values.ledgerCurrency[0], productType: 'SignIn', sandbox: config.sandbox, signInConfig: signed
    }, 'switchAccount'));
  }

  // signout calls back when the buyer is signed out. Nobody stays signed in here.
  function signout(callback) {
    setTimeout(function () {
      console.log('AmazonPay: amazon.Pay.signout() completed successfully.');
      if (typeof callback === 'function') {
        callback();
      }
    }, 0);
  }

  function changeAccount(config) { signout(config && config.callback); }

  function renderPromotionalMessage(selector, config) {
    var host = element(selector, 'renderPromotionalMessage');
    need(config, 'renderPromotionalMessage', ['merchantId']);
    var style = config.style || {};
    var message = document.createElement('p');
    message.textContent = 'Amazon Pay: a promotional message would be here.';
    Object.assign(message.style, {
      margin: '4px 0', font: '14px/1.4 system-ui, sans-serif', color: style.textColor || '', fontSize: style.textSize || ''
    });
    host.textContent = '';
    host.appendChild(message);
    console.warn('Amazon Pay emulator: promotional messages are not supported; the arguments of renderPromotionalMessage are ignored');
  }

  // declared draws the buttons that a page declares in HTML, and gives those that start nothing by themselves to
  // window.amznButtonClickHandler.
  function declared() {
    var hosts = document.querySelectorAll('div[data-amazonpay-merchant-id]');
    Array.prototype.forEach.call(hosts, function (host) {
      var data = host.dataset;
      var config = {
        merchantId: data.amazonpayMerchantId, ledgerCurrency: data.ledgerCurrency, placement: data.placement, productType: data.productType,
        checkoutLanguage: data.language, buttonColor: data.buttonColor, design: data.design
      };
      if (data.sandbox === 'true') {
        config.sandbox = true;
      }
      if (data.amount || data.currencyCode) {
        config.estimatedOrderAmount = { amount: data.amount, currencyCode: data.currencyCode };
      }
      if (data.payload || data.signature || data.publicKeyId) {
        config[config.productType === 'SignIn' ? 'signInConfig' : 'createCheckoutSessionConfig'] = {
          payloadJSON: data.payload, signature: data.signature, publicKeyId: data.publicKeyId, algorithm: data.algorithm
        };
      }
      var button = renderButton(host, config);
      if (!button || !button.onClick) {
        return;
      }
      if (typeof window.amznButtonClickHandler === 'function') {
        window.amznButtonClickHandler(button);
      } else if (document.readyState !== 'loading') {
        fail('renderButton', 'a button without data-payload requires the function window.amznButtonClickHandler');
      } else {
        document.addEventListener('DOMContentLoaded', function () {
          if (typeof window.amznButtonClickHandler === 'function') {
            window.amznButtonClickHandler(button);
          }
        });
      }
    });
    return hosts.length > 0;
  }

  window.amazon = window.amazon || {};
  window.amazon.Pay = {
    renderButton: renderButton,
    renderJSButton: renderJSButton,
    initCheckout: initCheckout,
    bindChangeAction: bindChangeAction,
    bindUpgradeAction: bindUpgradeAction,
    changeShippingAddress: function (config) { change(config, 'changeShippingAddress', 'changeAddress'); },
    changePaymentMethod: function (config) { change(config, 'changePaymentMethod', 'changePayment'); },
    changeAccount: changeAccount,
    switchAccount: switchAccount,
    renderPromotionalMessage: renderPromotionalMessage,
    signout: signout
  };

  if (!declared()) {
    document.addEventListener('DOMContentLoaded', declared);
  }
})();
