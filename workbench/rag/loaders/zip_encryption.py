"""Members of ZIP archives that are encrypted with AES, as WinZip and 7-Zip do (the AE-1 and AE-2 specification)."""

import hashlib
import hmac
import struct
import zipfile
import zlib
from dataclasses import dataclass

METHOD = 99
"""The compression method by which the encryption shows itself."""
_FIELD = 0x9901
_ITERATIONS = 1000
_CODE_BYTES = 10
_KEY_BYTES = {1: 16, 2: 24, 3: 32}
_BLOCK = 16
_SLICE = 65_536 * _BLOCK


class WrongPassword(Exception):
    """The password does not open the member."""


class UnknownEncryption(Exception):
    """The member is encrypted or packed in a way that is not read here."""


@dataclass(frozen=True, slots=True)
class _Header:
    key_bytes: int
    method: int
    """How the plain bytes are packed: 0 not at all, 8 deflated."""


def read_member(data: bytes, entry: zipfile.ZipInfo, password: str) -> bytes:
    """The plain bytes of a member of the archive `data`.

    Raises WrongPassword, UnknownEncryption, and zipfile.BadZipFile for damage.
    """
    header = _header(entry)
    packed = _packed(data, entry)
    salt, rest = packed[: header.key_bytes // 2], packed[header.key_bytes // 2 :]
    check, body, code = rest[:2], rest[2:-_CODE_BYTES], rest[-_CODE_BYTES:]
    length = 2 * header.key_bytes + 2
    keys = hashlib.pbkdf2_hmac("sha1", password.encode("utf-8"), salt, _ITERATIONS, length)
    if not hmac.compare_digest(keys[-2:], check):
        raise WrongPassword
    own_code = hmac.new(keys[header.key_bytes : -2], body, "sha1").digest()[:_CODE_BYTES]
    if not hmac.compare_digest(own_code, code):
        raise zipfile.BadZipFile(f"{entry.filename}: the authentication code does not fit")
    return _unpacked(_decrypted(body, keys[: header.key_bytes]), header.method, entry)


def _header(entry: zipfile.ZipInfo) -> _Header:
    at = 0
    while at + 4 <= len(entry.extra):
        field, size = struct.unpack_from("<HH", entry.extra, at)
        if field == _FIELD and size >= 7:
            strength, method = struct.unpack_from("<BH", entry.extra, at + 8)
            if strength in _KEY_BYTES:
                return _Header(_KEY_BYTES[strength], method)
        at += 4 + size
    raise UnknownEncryption


def _packed(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """What lies behind the member's own header."""
    try:
        name_bytes, extra_bytes = struct.unpack_from("<HH", data, entry.header_offset + 26)
    except struct.error as error:
        raise zipfile.BadZipFile(f"{entry.filename}: no header") from error
    start = entry.header_offset + 30 + name_bytes + extra_bytes
    packed = data[start : start + entry.compress_size]
    if len(packed) < entry.compress_size or len(packed) < 8 + 2 + _CODE_BYTES:
        raise zipfile.BadZipFile(f"{entry.filename}: cut off")
    return packed


def _decrypted(body: bytes, key: bytes) -> bytes:
    """AES in counter mode; the counter begins at 1 and its lowest byte is the first."""
    import numpy as np
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    parts = []
    for start in range(0, len(body), _SLICE):
        part = np.frombuffer(body[start : start + _SLICE], dtype=np.uint8)
        counters = np.zeros((-(-len(part) // _BLOCK), 2), dtype="<u8")
        counters[:, 0] = np.arange(len(counters)) + start // _BLOCK + 1
        stream = np.frombuffer(encryptor.update(counters.tobytes()), dtype=np.uint8)
        parts.append((part ^ stream[: len(part)]).tobytes())
    return b"".join(parts)


def _unpacked(plain: bytes, method: int, entry: zipfile.ZipInfo) -> bytes:
    if method == zipfile.ZIP_STORED:
        return plain
    if method != zipfile.ZIP_DEFLATED:
        raise UnknownEncryption
    try:
        # Never more than the archive says, which was looked at before.
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(plain, max(entry.file_size, 1))
    except zlib.error as error:
        raise zipfile.BadZipFile(f"{entry.filename}: {error}") from error
