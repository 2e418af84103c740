"""MFCC features, computed as Vosk computes them from the `mfcc.conf` written here."""

from __future__ import annotations

import kaldi_native_fbank
import numpy as np
import numpy.typing as npt

N_FEATURES = 40
FRAME_SHIFT = 160  # samples: 10 ms at 16 kHz
FRAME_LENGTH = 400
SUBSAMPLING = 3  # the network answers every third frame; Vosk's word times assume 0.03 s

MFCC_CONF = """\
--use-energy=false
--sample-frequency=16000
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=-400
--dither=0
"""


def _options() -> kaldi_native_fbank.MfccOptions:
    options = kaldi_native_fbank.MfccOptions()
    options.use_energy = False
    options.num_ceps = N_FEATURES
    options.frame_opts.samp_freq = 16000
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = N_FEATURES
    options.mel_opts.low_freq = 20.0
    options.mel_opts.high_freq = -400.0
    return options


_OPTIONS = _options()


def mfcc(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Computes (n_frames, 40) features of 16 kHz samples in int16 scale; frame t covers samples 160 t + 0..399."""
    extractor = kaldi_native_fbank.OnlineMfcc(_OPTIONS)
    extractor.accept_waveform(16000, samples.tolist())
    extractor.input_finished()
    frames = [extractor.get_frame(index) for index in range(extractor.num_frames_ready)]
    return np.array(frames, np.float32).reshape(-1, N_FEATURES)
