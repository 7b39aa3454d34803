// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/detail/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "core/base/file.h"
#include "tests/data/data_support.h"

namespace vernier::test {
namespace {

using testing::HasSubstr;

/// Largest difference of two pictures, or 256 when their sizes differ.
int largest_difference(const Picture& a, const Picture& b) {
    if (a.width != b.width || a.height != b.height || a.pixels.size() != b.pixels.size()) return 256;
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

const std::map<std::string, Filter> kFilters = {
    {"nearest", Filter::nearest}, {"bilinear", Filter::bilinear}, {"bicubic", Filter::bicubic}, {"lanczos", Filter::lanczos}};

TEST(Resize, EqualsPillowToTheLastBit) {
    const Picture source = read_picture(reference("source.png"));
    for (const auto& [name, filter] : kFilters)
        for (const auto& [width, height] : {std::pair{24, 17}, {90, 71}, {20, 80}, {61, 20}}) {
            const std::string file = name + "_" + std::to_string(width) + "x" + std::to_string(height) + ".png";
            EXPECT_EQ(largest_difference(resize(source, width, height, filter), read_picture(reference(file))), 0) << file;
        }
}

TEST(Resize, EqualsPillowOnGrey) {
    const Picture source = read_picture(reference("source_grey.png"));
    ASSERT_EQ(source.channels, 1);
    for (const auto& [name, filter] : kFilters)
        EXPECT_EQ(largest_difference(resize(source, 24, 17, filter), read_picture(reference("grey_" + name + "_24x17.png"))), 0) << name;
}

TEST(Resize, RefusesAResultThatIsTooLarge) {
    const Picture source = read_picture(reference("source.png"));
    EXPECT_EQ(error_of([&] { static_cast<void>(resize(source, 60000, 60000, Filter::bilinear)); }).kind(), ErrorKind::bad_data);
}

TEST(Decode, LosslessFormatsGiveTheSource) {
    const Picture rgb = read_picture(reference("source.png")), grey = read_picture(reference("source_grey.png"));
    EXPECT_EQ(largest_difference(read_picture(reference("source_rgba.png")), rgb), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_grey_alpha.png")), grey), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_grey16.png")), grey), 0);
    EXPECT_EQ(largest_difference(to_grey(rgb), grey), 0);
    EXPECT_EQ(to_rgb(grey).pixels.size(), rgb.pixels.size());
}

TEST(Decode, BitmapsGiveTheSource) {
    const Picture rgb = read_picture(reference("source.png"));
    EXPECT_EQ(largest_difference(read_picture(reference("source.bmp")), rgb), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_rgba.bmp")), rgb), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_palette.bmp")), read_picture(reference("decoded_palette.png"))), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_grey.bmp")), to_rgb(read_picture(reference("source_grey.png")))), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_bit.bmp")), to_rgb(read_picture(reference("decoded_bit.png")))), 0);
}

TEST(Decode, BitmapsThatAreCutOffOrSpoiltAreErrors) {
    for (const char* name : {"source_bit.bmp", "source_palette.bmp"}) {
        const std::string whole = read_file(reference(name));
        for (std::size_t length = 0; length + 4 < whole.size(); length += 7)
            EXPECT_EQ(error_of([&] { static_cast<void>(decode_picture(std::as_bytes(std::span(whole).first(length)), "cut")); }).kind(), ErrorKind::bad_data)
                << length;
        for (std::size_t bit = 0; bit < std::min<std::size_t>(whole.size(), 200) * 8; ++bit) {
            std::string damaged = whole;
            damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
            try {
                static_cast<void>(decode_picture(std::as_bytes(std::span(damaged)), "damaged"));
            } catch (const Error& error) {
                EXPECT_EQ(error.kind(), ErrorKind::bad_data);
            }
        }
    }
}

TEST(Decode, ScansGiveTheSource) {
    const Picture rgb = read_picture(reference("source.png")), grey = read_picture(reference("source_grey.png"));
    for (const char* name :
         {"source.tif", "source_plain.tif", "source_deflate.tif", "source_rgba.tif", "source_pages.tif", "source_big.tif", "source.webp", "source_rgba.webp"})
        EXPECT_EQ(largest_difference(read_picture(reference(name)), rgb), 0) << name;
    for (const char* name : {"source_grey.tif", "source_grey16.tif"}) EXPECT_EQ(largest_difference(read_picture(reference(name)), grey), 0) << name;
    EXPECT_EQ(largest_difference(read_picture(reference("source_palette.tif")), read_picture(reference("decoded_palette.png"))), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_bit.tif")), read_picture(reference("decoded_bit.png"))), 0);
    EXPECT_EQ(largest_difference(read_picture(reference("source_lossy.webp")), read_picture(reference("decoded_lossy.png"))), 0);
}

TEST(Decode, ATiffIsTurnedAsItSays) {
    for (int orientation = 2; orientation <= 8; ++orientation) {
        const std::string name = "turned_" + std::to_string(orientation);
        EXPECT_EQ(largest_difference(read_picture(reference(name + ".tif")), read_picture(reference(name + ".png"))), 0) << orientation;
    }
}

TEST(Decode, AMovingPictureIsRefused) {
    const Error error = error_of([] { static_cast<void>(read_picture(reference("moving.webp"))); });
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    EXPECT_THAT(error.line(), HasSubstr("moving.webp: the WebP picture cannot be decoded: it is moving"));
}

TEST(Decode, ScansThatAreCutOffOrSpoiltAreErrorsOrPictures) {
    for (const char* name : {"source.tif", "source_bit.tif", "source_palette.tif", "source_lossy.webp", "source_rgba.webp"}) {
        const std::string whole = read_file(reference(name));
        for (std::size_t length = 0; length + 64 < whole.size(); length += 97) {
            try {
                static_cast<void>(decode_picture(std::as_bytes(std::span(whole).first(length)), "cut"));
                ADD_FAILURE() << name << " of " << length << " bytes is a picture";
            } catch (const Error& error) {
                EXPECT_EQ(error.kind(), ErrorKind::bad_data);
            }
        }
        const std::size_t tail = whole.size() > 400 ? whole.size() - 300 : 0;
        for (std::size_t bit = 0; bit < 500 * 8; bit += 3) {
            std::string damaged = whole;
            const std::size_t at = bit / 8 < 200 ? bit / 8 : tail + bit / 8 - 200;
            if (at >= whole.size()) break;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit % 8));
            try {
                static_cast<void>(decode_picture(std::as_bytes(std::span(damaged)), "damaged"));
            } catch (const Error& error) {
                EXPECT_EQ(error.kind(), ErrorKind::bad_data);
            }
        }
    }
}

TEST(Decode, PicturesAreKnownByTheirEndings) {
    for (const char* name : {"a.jpg", "a.JPEG", "a.png", "a.bmp", "a.tif", "a.TIFF", "a.webp"}) EXPECT_TRUE(is_picture_file(name)) << name;
    for (const char* name : {"a", "jpg", "a.gif", "a.png.txt", "a.wav"}) EXPECT_FALSE(is_picture_file(name)) << name;
}

TEST(Decode, OtherFormatsEqualPillow) {
    for (const std::string name : {"palette.png", "bit.png", "420.jpg", "444.jpg", "progressive.jpg", "grey.jpg", "cmyk.jpg", "turned.jpg"}) {
        const std::string expected = "decoded_" + name.substr(0, name.size() - 4) + ".png";
        EXPECT_LE(largest_difference(read_picture(reference("source_" + name)), read_picture(reference(expected))), 1) << name;
    }
}

TEST(Decode, SaysWhatIsWrongAndWhere) {
    const Error text = error_of([] { static_cast<void>(decode_picture(std::as_bytes(std::span("not a picture", 13)), "a.jpg")); });
    EXPECT_EQ(text.kind(), ErrorKind::bad_data);
    EXPECT_THAT(text.line(), HasSubstr("a.jpg: is neither a JPEG nor a PNG"));
    EXPECT_THAT(error_of([] { static_cast<void>(decode_picture({}, "b.png")); }).line(), HasSubstr("empty"));
    EXPECT_EQ(error_of([] { static_cast<void>(read_picture(reference("absent.png"))); }).kind(), ErrorKind::not_found);
}

TEST(Decode, ChecksTheSizeBeforeItTakesMemory) {
    std::string png = read_file(reference("source.png"));
    const std::string huge("\x00\x0f\x00\x00\x00\x0f\x00\x00", 8);  // 983,040 squared, with the header's CRC left wrong
    png.replace(16, 8, huge);
    EXPECT_EQ(error_of([&] { static_cast<void>(decode_picture(std::as_bytes(std::span(png)), "huge.png")); }).kind(), ErrorKind::bad_data);
    std::string jpeg = read_file(reference("source_444.jpg"));
    const auto frame = jpeg.find("\xff\xc0");
    ASSERT_NE(frame, std::string::npos);
    jpeg.replace(frame + 5, 4, "\xff\x00\xff\x00", 4);
    const Error error = error_of([&] { static_cast<void>(decode_picture(std::as_bytes(std::span(jpeg)), "huge.jpg")); });
    EXPECT_THAT(error.line(), HasSubstr("65280x65280"));
}

/// Either a picture or an Error{bad_data}; anything else ends the test program.
bool decodes(const std::string& bytes) {
    try {
        static_cast<void>(decode_picture(std::as_bytes(std::span(bytes)), "damaged"));
        return true;
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_data);
        return false;
    }
}

TEST(Decode, SurvivesTruncationAtEveryByte) {
    for (const char* name : {"source_bit.png", "source_grey.jpg", "source_progressive.jpg"}) {
        const std::string whole = read_file(reference(name));
        for (std::size_t length = 0; length + 2 < whole.size(); ++length) EXPECT_FALSE(decodes(whole.substr(0, length))) << name << " " << length;
    }
}

TEST(Decode, SurvivesAFlippedBitAnywhere) {
    for (const char* name : {"source_bit.png", "source_palette.png", "source_grey.jpg", "source_cmyk.jpg", "source_progressive.jpg"}) {
        const std::string whole = read_file(reference(name));
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
            static_cast<void>(decodes(damaged));
        }
    }
}

}  // namespace
}  // namespace vernier::test
