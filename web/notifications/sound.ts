/** The shortest time between two sounds, in milliseconds. */
const PAUSE_MS = 2_000;

/** The frequencies of the tones, in hertz. */
const tones = [784, 1047];
const TONE_SECONDS = 0.12;

let audio: AudioContext | undefined;
let playedAt = Number.NEGATIVE_INFINITY;

/** Plays two short tones. A browser plays none before the user has clicked in the page once. */
export function playSound(): void {
  const now = performance.now();
  if (now - playedAt < PAUSE_MS || !globalThis.AudioContext) return;
  playedAt = now;
  audio ??= new AudioContext();
  void audio.resume();
  for (const [index, frequency] of tones.entries()) {
    const start = audio.currentTime + index * TONE_SECONDS;
    const end = start + 2 * TONE_SECONDS;
    const oscillator = new OscillatorNode(audio, { frequency });
    const volume = new GainNode(audio, { gain: 0.15 });
    volume.gain.setValueAtTime(0.15, start);
    volume.gain.exponentialRampToValueAtTime(0.001, end);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(end);
  }
}
