/*
 * What a browser can add and a page works without: times in the reader's zone, buttons that copy, a countdown.
 * Served as it is; loaded with `defer`.
 */
const LONG = { dateStyle: 'medium', timeStyle: 'medium' }
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The server wrote UTC; the exact UTC stays in the title. */
function localize(root) {
  for (const time of root.querySelectorAll('time[data-show]')) {
    const at = new Date(time.dateTime)
    const today = at.toDateString() === new Date().toDateString()
    const options = { clock: today ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' }, full: LONG }
    const style = options[time.dataset.show]
    const text = style === undefined ? null : new Intl.DateTimeFormat(undefined, style).format(at)
    const place = time.querySelector('.at')
    if (text !== null && place !== null && place.textContent !== text) place.textContent = text
  }
  for (const name of root.querySelectorAll('[data-zone]'))
    name.textContent = zone === 'UTC' ? 'times are UTC' : `times are in ${zone} (UTC when you point at them)`
  for (const button of root.querySelectorAll('[data-copy][hidden]')) button.hidden = false
}

/** `in 12 s`: counted down between two refreshes. The page says how far the database's clock is from ours. */
function count() {
  for (const time of document.querySelectorAll('time[data-count]')) {
    const seconds = Math.ceil((Date.parse(time.dateTime) - Date.now() - Number(time.dataset.count)) / 1000)
    const place = time.querySelector('.in')
    if (place !== null) place.textContent = seconds > 0 ? `in ${duration(seconds)}` : 'due'
  }
}

function duration(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts
    .slice(first, first + 2)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ')
}

/** The clock of the database is that of the page; this one may differ. */
function setClocks(root) {
  for (const time of root.querySelectorAll('time[data-now]')) {
    time.dataset.count = String(Date.parse(time.dataset.now) - Date.now())
    delete time.dataset.now
  }
}

async function copy(button) {
  const text = button.parentElement.querySelector('pre, code').textContent
  await navigator.clipboard.writeText(text)
  button.textContent = 'Copied'
  setTimeout(() => (button.textContent = 'Copy'), 1_500)
}

function refresh() {
  setClocks(document)
  localize(document)
  count()
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]')
  if (button !== null) void copy(button)
  // A sheet closes when the reader turns to something else.
  for (const sheet of document.querySelectorAll('details.confirm[open]'))
    if (!sheet.contains(event.target)) sheet.open = false
})
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  const sheet = document.querySelector('details.confirm[open]')
  if (sheet === null) return
  sheet.open = false
  sheet.querySelector('summary').focus()
})
document.addEventListener('htmx:after:swap', refresh)
setInterval(count, 1_000)
refresh()
