// The script of the Amazon Pay emulator: the same calls as Amazon's, for tests.
(function () {
  'use strict';

  var base = "BASE";
  var region = "REGION"; // of the host that this script came from

  function element(selector, call) {
    var found = typeof selector === 'string' ? document.querySelector(selector) : selector;
    if (!found) {
      throw new Error('amazon.Pay.' + call + ': there is no element ' + selector);
    }
    return found;
  }

  function need(config, call, names) {
    if (!config || typeof config !== 'object') {
      throw new Error('amazon.Pay.' + call + ': the configuration is missing');
    }
    names.forEach(function (name) {
      if (config[name] === undefined || config[name] === null || config[name] === '') {
        throw new Error('amazon.Pay.' + call + ': ' + name + ' is missing');
      }
    });
  }

  // parameters are what the emulator needs of a configuration, to check and to start it.
  function parameters(config, call) {
    need(config, call, ['merchantId', 'ledgerCurrency']);
    var name = config.productType === 'SignIn' ? 'signInConfig' : 'createCheckoutSessionConfig';
    need(config, call, [name]);
    var signed = config[name];
    need(signed, call, ['payloadJSON', 'signature']);
    if (typeof signed.payloadJSON !== 'string') {
      throw new Error('amazon.Pay.' + call + ': payloadJSON must be the very text that was signed, not an object');
    }
    var keyId = signed.publicKeyId || config.publicKeyId;
    if (!keyId) {
      throw new Error('amazon.Pay.' + call + ': publicKeyId is missing');
    }
    return {
      region: region,
      merchantId: config.merchantId,
      publicKeyId: keyId,
      ledgerCurrency: config.ledgerCurrency,
      sandbox: config.sandbox === true || config.sandbox === 'true' ? 'true' : 'false',
      productType: config.productType || 'PayAndShip',
      payloadJSON: signed.payloadJSON,
      signature: signed.signature,
      algorithm: signed.algorithm || ''
    };
  }

  // start leaves the shop's page for the emulator's, with a form, as the service's script does.
  function start(given) {
    var form = document.createElement('form');
    form.method = 'POST';
    form.action = base + '/checkout/start';
    form.hidden = true;
    Object.keys(given).forEach(function (name) {
      var input = document.createElement('input');
      input.type = 'hidden';
      input.name = name;
      input.value = given[name];
      form.appendChild(input);
    });
    document.body.appendChild(form);
    form.submit();
  }

  function initCheckout(config) {
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

  // say shows under the button why it cannot work, to whoever builds the shop.
  function say(host, text, detail) {
    var note = document.createElement('p');
    note.setAttribute('role', 'alert');
    note.textContent = 'Amazon Pay emulator: ' + text;
    Object.assign(note.style, { color: '#a4161a', font: '14px/1.4 system-ui, sans-serif', margin: '6px 0 0' });
    host.appendChild(note);
    console.error(['Amazon Pay emulator: ' + text].concat(detail || []).join('\n  '));
  }

  function check(host, button, given) {
    fetch(base + '/checkout/check', { method: 'POST', body: new URLSearchParams(given), credentials: 'omit' })
      .then(function (answer) { return answer.json(); })
      .then(function (verdict) {
        button.dataset.signature = verdict.wrong ? 'wrong' : 'right';
        if (verdict.wrong) {
          button.disabled = true;
          button.style.opacity = '.5';
          say(host, verdict.wrong, verdict.detail);
        }
      })
      .catch(function (e) { say(host, 'it cannot be reached at ' + base + ' (' + e.message + ')'); });
  }

  function renderButton(selector, config) {
    var host = element(selector, 'renderButton');
    need(config, 'renderButton', ['merchantId', 'ledgerCurrency', 'placement']);
    if (config.createCheckoutSession) {
      throw new Error('amazon.Pay.renderButton: createCheckoutSession is of version 1; sign the payload and give createCheckoutSessionConfig');
    }
    var callbacks = [];
    var button = draw(config);
    host.textContent = '';
    host.appendChild(button);
    var given = null;
    if (config.createCheckoutSessionConfig || config.signInConfig) {
      given = parameters(config, 'renderButton');
      check(host, button, given);
    }
    button.addEventListener('click', function () {
      if (given) {
        start(given);
        return;
      }
      callbacks.forEach(function (callback) { callback(); });
    });
    return {
      onClick: function (callback) { callbacks.push(callback); },
      initCheckout: function (more) { initCheckout(Object.assign({}, config, more)); },
      updateButtonInfo: function (estimatedOrderAmount) { config.estimatedOrderAmount = estimatedOrderAmount; }
    };
  }

  function bindChangeAction(selector, config) {
    var host = element(selector, 'bindChangeAction');
    need(config, 'bindChangeAction', ['amazonCheckoutSessionId', 'changeAction']);
    if (config.changeAction !== 'changeAddress' && config.changeAction !== 'changePayment') {
      throw new Error('amazon.Pay.bindChangeAction: changeAction is not changeAddress or changePayment');
    }
    host.addEventListener('click', function (event) {
      event.preventDefault();
      window.location.assign(base + '/checkout/change?' + new URLSearchParams({
        amazonCheckoutSessionId: config.amazonCheckoutSessionId, changeAction: config.changeAction
      }));
    });
  }

  window.amazon = window.amazon || {};
  window.amazon.Pay = {
    renderButton: renderButton,
    initCheckout: initCheckout,
    bindChangeAction: bindChangeAction,
    signout: function () {} // nobody stays signed in here
  };
})();
