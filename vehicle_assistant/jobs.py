"""Settings and models to the jobs of the worker processes."""

from dataclasses import dataclass

from vehicle_assistant.asr.engines import RecogniserSettings
from vehicle_assistant.models.manifest import ModelKind
from vehicle_assistant.models.store import Store
from vehicle_assistant.settings import Settings
from vehicle_assistant.tts.port import SpeakerSettings
from vehicle_assistant.wake.engines import WakeSettings
from vehicle_assistant.workers.jobs import EarsJob, ParserJob, VoiceJob


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the worker processes are told to be; without ears there is only text."""

    ears: EarsJob | None
    parser: ParserJob
    voice: VoiceJob


def jobs(settings: Settings, store: Store) -> Jobs:
    """All three jobs; raises ModelError for weights that are absent or damaged."""
    return Jobs(ears_job(settings, store), parser_job(settings, store), voice_job(settings))


def ears_job(settings: Settings, store: Store) -> EarsJob:
    """Where sound comes from and who listens to it; raises ModelError."""
    audio, wake = settings.audio, settings.wake
    needs_model = {settings.asr.engine, wake.engine} & {"vosk", "vosk_phrase"}
    model_dir = store.resolve(settings.asr.model, ModelKind.VOSK).path if needs_model else None
    return EarsJob(
        source=audio.source,
        device=audio.device,
        paths=(audio.wav_path,) if audio.wav_path else (),
        stream_path=audio.stream_path,
        wake=wake.engine,
        wake_settings=WakeSettings(phrase=wake.phrase, model_dir=model_dir, min_score=wake.min_score),
        recogniser=settings.asr.engine,
        recogniser_settings=RecogniserSettings(model_dir=model_dir),
        endpoint=settings.endpoint.pauses(),
    )


def parser_job(settings: Settings, store: Store) -> ParserJob:
    """Which parser, with which weights; raises ModelError."""
    chosen = settings.parser
    weights = store.resolve(chosen.model, ModelKind.GGUF).path if chosen.engine == "nano" else None
    return ParserJob(engine=chosen.engine, model_path=weights, threads=chosen.threads)


def voice_job(settings: Settings) -> VoiceJob:
    """Who speaks, and through what."""
    voice = settings.voice
    return VoiceJob(
        speaker=voice.engine,
        voice=SpeakerSettings(voice=voice.voice, speed_wpm=voice.speed_wpm, pitch=voice.pitch),
        loudspeaker=voice.loudspeaker,
        device=voice.device,
        wav_path=voice.wav_path,
    )
