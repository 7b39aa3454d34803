// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/session_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_depth.h"
#include "core/evidence/gate.h"
#include "core/report/documents.h"
#include "ui/session/layer_study.h"
#include "ui/session/plain_title.h"
#include "ui/session/recipe_search.h"
#include "ui/session/run_estimate.h"
#include "ui/session/session.h"
#include "ui/session/session_report.h"

namespace vernier::ui {

namespace {

constexpr std::size_t kLargestSession = std::size_t{256} << 20;

QString textAt(const Json& json, const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? QString::fromStdString(it->get<std::string>()) : QString();
}

const Json& member(const Json& json, const char* key) {
    static const Json none;
    const auto it = json.find(key);
    return it == json.end() ? none : *it;
}

std::string relativeTo(const QDir& folder, const QString& path) { return path.isEmpty() ? std::string() : folder.relativeFilePath(path).toStdString(); }

QString absoluteFrom(const QDir& folder, const QString& path) { return path.isEmpty() ? QString() : QDir::cleanPath(folder.absoluteFilePath(path)); }

[[noreturn]] void bad(const QString& path, const std::string& what) {
    throw Error(ErrorKind::bad_data, what, {.file = path.toStdString()}, "open the model itself instead");
}

MeasureSettings settingsFrom(const Json& json) {
    MeasureSettings settings;
    if (json.is_object()) {
        settings.threads = json.value("threads", settings.threads);
        settings.seconds = json.value("seconds", settings.seconds);
        settings.samples = json.value("samples", settings.samples);
        settings.provider = QString::fromStdString(json.value("provider", std::string()));
        for (const Json& word : json.value("sizes", Json::array())) {
            if (word.is_string()) {
                settings.sizes << QString::fromStdString(word.get<std::string>());
            }
        }
    }
    return settings;
}

Run runFrom(const Json& json, const QDir& folder, const Model& model) {
    Run run;
    run.id = json.at("id").get<int>();
    run.title = plainTitle(textAt(json, "title"));
    run.foreign = json.value("foreign", false);
    run.recipe = reanchored(recipe_from_json(json.at("recipe")), model);
    run.file = absoluteFrom(folder, textAt(json, "file"));
    run.quantized = member(json, "quantized");
    run.estimate = runEstimateFrom(member(json, "estimate"));
    run.state = Run::State::failed;
    if (run.file.isEmpty()) {
        run.problem = textAt(json, "problem");
    } else if (!QFileInfo::exists(run.file)) {
        run.problem = Session::tr("Its file is gone: %1").arg(run.file);
        run.file.clear();
    } else if (sha256_of_file(run.file.toStdString()) != json.value("sha256", std::string())) {
        run.problem = Session::tr("Its file has changed since: %1").arg(run.file);
        run.file.clear();
    } else {
        run.state = Run::State::quantized;
    }
    return run;
}

/// Candidates are runs by their ids, each of them once. Session files of earlier versions name no ids: their candidates stand in the
/// order of the measured runs.
void keepMeasured(SavedSession& saved, const QVector<int>& measured) {
    if (!saved.compared) {
        return;
    }
    auto& candidates = saved.compared->comparison.candidates;
    for (std::size_t i = 0; i < candidates.size() && i < std::size_t(measured.size()); ++i) {
        if (candidates[i].id == 0) {
            candidates[i].id = measured[qsizetype(i)];
        }
    }
    QVector<int> kept;
    std::erase_if(candidates, [&](const CandidateComparison& each) {
        const bool own = measured.contains(each.id) && !kept.contains(each.id);
        if (own) {
            kept << each.id;
        }
        return !own;
    });
    if (candidates.empty()) {
        saved.compared.reset();
    }
    for (Run& run : saved.runs) {
        if (kept.contains(run.id)) {
            run.state = Run::State::measured;
        }
    }
}

void readView(const Json& view, int nodes, SavedSession& saved) {
    if (!view.is_object()) {
        return;
    }
    saved.filter = textAt(view, "filter");
    saved.current = view.value("current", -1);
    saved.view = member(view, "window");
    for (const auto& [first, last] : view.value("selection", std::vector<std::pair<int, int>>())) {
        for (int node = std::max(0, first); node <= std::min(last, nodes - 1); ++node) {
            saved.selection << node;
        }
    }
}

/// Evidence with the path of its data as seen from the session's folder, or back.
Json moved(Json evidence, const std::function<QString(const QString&)>& path) {
    if (evidence.is_object()) {
        evidence["dataset"] = path(textAt(evidence, "dataset")).toStdString();
    }
    return evidence;
}

/// Neighbours as one pair: a large selection stays short.
Json viewJson(const Session& session) {
    std::vector<std::pair<int, int>> ranges;
    for (const int node : session.selection().nodes()) {
        if (!ranges.empty() && ranges.back().second + 1 == node) {
            ranges.back().second = node;
        } else {
            ranges.emplace_back(node, node);
        }
    }
    return {{"filter", session.filter().text().toStdString()},
            {"selection", ranges},
            {"current", session.selection().current()},
            {"window", session.document().view()}};
}

QDir runsFolderOf(const QString& path) {
    const QFileInfo info(path);
    return QDir(info.absoluteDir().filePath(info.completeBaseName() + QStringLiteral(".runs")));
}

void copyWhole(const QString& from, const QString& to) {
    const MappedFile source(from.toStdString());
    const auto bytes = source.bytes();
    write_file(to.toStdString(), std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// The report of the comparison as it is now; one of an older comparison goes.
void keepReport(const Trials& trials, const QString& target) {
    const std::string report = reportHtml(trials);
    if (report.empty()) {
        QFile::remove(target);
    } else if (QFileInfo(target).absoluteDir().mkpath(QStringLiteral("."))) {
        write_file(target.toStdString(), report);
    }
}

/// Copies a run's model to where the session keeps it, unless it is there already.
QString keepRunFile(const Run& run, const QDir& runs) {
    if (run.file.isEmpty()) {
        return {};
    }
    const QDir folder(runs.filePath(QStringLiteral("run-%1").arg(run.id)));
    const QString target = folder.filePath(QFileInfo(run.file).fileName());
    if (QFileInfo(target) == QFileInfo(run.file)) {
        return target;
    }
    if (!folder.mkpath(QStringLiteral("."))) {
        throw Error(ErrorKind::cannot_write, "The folder for the runs' models cannot be made", {.file = folder.path().toStdString()}, "choose another place");
    }
    copyWhole(run.file, target);
    return target;
}

Json runJson(const Session& session, const Run& run, const QString& kept, const QDir& folder) {
    Json json{{"id", run.id}, {"title", run.title.toStdString()}, {"recipe", to_json(anchored(run.recipe, *session.model()))}};
    json["file"] = relativeTo(folder, kept);
    json["sha256"] = kept.isEmpty() ? std::string() : sha256_of_file(kept.toStdString());
    json["foreign"] = run.foreign;
    json["problem"] = run.problem.toStdString();
    json["quantized"] = run.quantized;
    json["measured"] = session.measured(run.id) != nullptr;
    json["estimate"] = run.estimate ? toJson(*run.estimate) : Json();
    return json;
}

}  // namespace

Json readSessionFile(const QString& path) {
    const std::string content = read_file(path.toStdString(), kLargestSession);
    const Json json = nests_too_deeply(content) ? Json() : Json::parse(content, nullptr, false);
    if (!json.is_object() || !json.contains("vernier_session")) {
        bad(path, "This is no Vernier session");
    }
    if (json["vernier_session"] != 1) {
        bad(path, "This session was written by a newer version of Vernier");
    }
    return json;
}

QString modelOfSession(const Json& json, const QString& path) {
    const QString model = member(json, "model").is_object() ? textAt(json["model"], "path") : QString();
    if (model.isEmpty()) {
        bad(path, "The session names no model");
    }
    return absoluteFrom(QFileInfo(path).absoluteDir(), model);
}

SavedSession sessionFromJson(const Json& json, const QString& path, const Model& model) {
    SavedSession saved;
    try {
        const QDir folder = QFileInfo(path).absoluteDir();
        if (json.at("model").value("sha256", std::string()) != model.sha256()) {
            bad(path, "The model has changed since this session was saved (" + model.path().filename().string() + ")");
        }
        saved.recipe = reanchored(recipe_from_json(json.at("recipe")), model);
        const Json& data = member(json, "dataset");
        saved.dataset = data.is_object() ? absoluteFrom(folder, textAt(data, "path")) : QString();
        saved.gate = gate_from_json(member(json, "gate"));
        saved.measure = settingsFrom(member(json, "measure"));
        if (member(json, "baseline").is_object()) {
            saved.baseline = measurement_from_json(json["baseline"]);
        }
        if (member(json, "comparison").is_object()) {
            saved.compared = compared_from_json(json["comparison"]);
        }
        const auto whole = [&folder](const QString& data) { return absoluteFrom(folder, data); };
        saved.layers = moved(member(json, "layers"), whole);
        saved.search = moved(member(json, "search"), whole);
        readView(member(json, "view"), static_cast<int>(model.nodes().size()), saved);
        saved.copyOf = absoluteFrom(folder, textAt(json, "copy_of"));
        QVector<int> measured;
        for (const Json& entry : json.at("runs")) {
            saved.runs.push_back(runFrom(entry, folder, model));
            if (entry.value("measured", false)) {
                measured << saved.runs.back().id;
            }
        }
        keepMeasured(saved, measured);
    } catch (const nlohmann::json::exception& error) {
        bad(path, std::string("The session file is damaged: ") + error.what());
    }
    return saved;
}

QString reportOfSession(const QString& path) { return runsFolderOf(path).filePath(QStringLiteral("report.html")); }

void writeSessionFile(const Session& session, const QString& path, KeepRuns runs) {
    const QFileInfo info(path);
    const QDir folder = info.absoluteDir();
    const QDir runsFolder = runsFolderOf(path);
    const Model& model = *session.model();
    Json json{{"vernier_session", 1}};
    json["model"] = {{"path", relativeTo(folder, session.modelPath())}, {"sha256", model.sha256()}};
    json["recipe"] = to_json(anchored(session.recipe(), model));
    json["dataset"] = session.datasetPath().isEmpty() ? Json() : Json{{"path", relativeTo(folder, session.datasetPath())}};
    json["gate"] = gate_json(session.gate());
    const MeasureSettings& settings = session.document().measureSettings();
    json["measure"] = {{"threads", settings.threads}, {"seconds", settings.seconds}, {"samples", settings.samples}};
    if (!settings.provider.isEmpty()) {
        json["measure"]["provider"] = settings.provider.toStdString();
    }
    for (const QString& word : settings.sizes) {
        json["measure"]["sizes"].push_back(word.toStdString());
    }
    json["baseline"] = session.baseline() ? to_json(*session.baseline()) : Json();
    json["runs"] = Json::array();
    for (const Run& run : session.runs()) {
        json["runs"].push_back(runJson(session, run, runs == KeepRuns::where_they_are ? run.file : keepRunFile(run, runsFolder), folder));
    }
    if (runs == KeepRuns::beside_the_session) {
        keepReport(session.trials(), reportOfSession(path));
    } else {
        json["copy_of"] = relativeTo(folder, session.document().sessionPath());
    }
    const auto seenFrom = [&folder](const QString& data) { return QString::fromStdString(relativeTo(folder, data)); };
    json["layers"] = moved(session.layers().saved(), seenFrom);
    json["search"] = moved(session.search().saved(), seenFrom);
    json["view"] = viewJson(session);
    json["comparison"] = session.trials().comparisonJson();
    write_file(path.toStdString(), json.dump(1) + "\n");
}

}  // namespace vernier::ui
