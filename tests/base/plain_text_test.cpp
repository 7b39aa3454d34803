// SPDX-License-Identifier: GPL-3.0-or-later
// Names of strangers, as they stand beside our words.
#include "core/base/plain_text.h"

#include <gtest/gtest.h>

#include <string>

namespace vernier {
namespace {

TEST(PlainText, WritesOutWhatTurnsOrHidesText) {
    EXPECT_EQ(plain_text("net\xE2\x80\xAExnno.exe"), "net<U+202E>xnno.exe");
    EXPECT_EQ(plain_text("\xE2\x81\xA6x\xE2\x81\xA9"), "<U+2066>x<U+2069>");
    EXPECT_EQ(plain_text("a\nb\tc\x1b[31m"), "a<U+000A>b<U+0009>c<U+001B>[31m");
    EXPECT_EQ(plain_text("\xC2\x85"), "<U+0085>") << "C1, which a terminal obeys too";
    EXPECT_EQ(plain_text("a\xE2\x80\xA8"), "a<U+2028>");
    EXPECT_EQ(plain_text("\xEF\xBB\xBFx"), "<U+FEFF>x");
    EXPECT_EQ(plain_text("a\xFFz\xC3"), "a<FF>z<C3>") << "no UTF-8";
}

TEST(PlainText, LeavesAllElseAlone) {
    for (const std::string text : {"conv1.weight", "größe", "モデル", "نموذج",
                                   "a\xE2\x80\x8D"
                                   "b",
                                   "", "100 % <b>"})
        EXPECT_EQ(plain_text(text), text);
    EXPECT_EQ(plain_text(plain_text("\xE2\x80\xAE")), "<U+202E>") << "twice is once";
}

TEST(PlainText, TitlesAreCutInTheMiddle) {
    const std::string many(5000, 'x');
    EXPECT_EQ(plain_title("a" + many + "z").size(), kMostTitle - 1 + std::string("…").size());
    EXPECT_EQ(plain_title("abcdefghij", 5), "ab…ij");
    EXPECT_EQ(plain_title("äöüßäöüß", 5), "äö…üß") << "characters, not bytes";
    EXPECT_EQ(plain_title("abcde", 5), "abcde");
    const std::string cut = plain_title(many + "\xE2\x80\xAE");
    EXPECT_EQ(plain_title(cut), cut);
}

}  // namespace
}  // namespace vernier
