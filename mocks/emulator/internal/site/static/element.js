// el makes an element with attributes, a text, a listener of clicks, and children. Texts are never read as HTML.
window.el = function (name, attributes, children) {
  var made = document.createElement(name);
  Object.keys(attributes || {}).forEach(function (key) {
    if (key === 'text') {
      made.textContent = attributes.text;
    } else if (key === 'click') {
      made.addEventListener('click', attributes.click);
    } else {
      made.setAttribute(key, attributes[key]);
    }
  });
  (children || []).forEach(function (child) { if (child) { made.appendChild(child); } });
  return made;
};
