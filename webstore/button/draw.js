(function (src, unavailable, call, elementID, config) {
  'use strict';
  var self = document.currentScript, nonce = self.nonce, timer;
  var box = self.previousElementSibling;
  var target = elementID ? document.getElementById(elementID)
    : box && box.classList.contains('amazon-pay-button') ? box.firstElementChild : null;
  var note = document.createElement('p');
  note.setAttribute('role', 'alert');
  // At once, since all buttons of the page wait for the same script.
  if (target && !elementID) {
    target.id = 'AmazonPayButton';
    for (var n = 2; document.getElementById(target.id) !== target; n++) {
      target.id = 'AmazonPayButton' + n;
    }
  }

  function fail(why) {
    console.error('Amazon Pay: ' + call + ' failed: ' + (why && why.message || why));
    (target || self).insertAdjacentElement('afterend', note);
    note.textContent = unavailable;
    if (target) {
      target.hidden = true;
    }
  }

  function start() {
    clearTimeout(timer);
    try {
      var pay = window.amazon && window.amazon.Pay;
      if (!pay) {
        throw new Error(src + ' was loaded, but did not define amazon.Pay. Something may have replaced it, such as an ad blocker');
      }
      if (!target) {
        throw new Error(elementID ? 'there is no element with the id ' + elementID + ' before its script' : 'the container of the button is not before its script');
      }
      note.remove();
      target.hidden = false;
      if (call === 'initCheckout') {
        target.addEventListener('click', function () {
          try {
            pay.initCheckout(config);
          } catch (e) {
            fail(e);
          }
        });
      } else {
        pay[call]('#' + CSS.escape(target.id), config);
      }
    } catch (e) {
      fail(e);
    }
  }

  if (window.amazon && window.amazon.Pay) {
    start();
    return;
  }
  // All buttons of a page wait for one element, which is removed if it fails, so that a later button tries again.
  var tag = document.querySelector('script[data-amazon-pay-button]');
  if (!tag) {
    tag = document.createElement('script');
    tag.src = src;
    tag.nonce = nonce;
    tag.setAttribute('data-amazon-pay-button', '');
    tag.addEventListener('error', function () { tag.remove(); });
    document.head.appendChild(tag);
  }
  tag.addEventListener('load', start);
  tag.addEventListener('error', function () {
    clearTimeout(timer);
    fail(src + ' could not be loaded. Check the connection, the Content-Security-Policy of the page and ad blockers');
  });
  timer = setTimeout(function () { fail(src + ' has not been loaded after 20 seconds'); }, 20000);
})
