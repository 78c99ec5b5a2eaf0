export default class Carousel {
  constructor(root, options) {
    this.root = root;
    this.options = Object.assign({ interval: 4000, wrap: true }, options);
    this.index = 0;
    this.slides = Array.from(root.children);
  }
  go(index) {
    const count = this.slides.length;
    this.index = this.options.wrap ? (index + count) % count : Math.max(0, Math.min(count - 1, index));
    this.slides.forEach((slide, at) => slide.classList.toggle('active', at === this.index));
  }
  start() {
    this.timer = setInterval(() => this.go(this.index + 1), this.options.interval);
  }
}
