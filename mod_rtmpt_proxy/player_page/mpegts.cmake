# SPDX-License-Identifier: Apache-2.0
# Where mpegts.js comes from, which turns a live stream into what a <video> plays: from npm, this version and no other
# bytes, or from a file that the builder names.
set(mpegts_version 1.8.2)
set(mpegts_package_sha512
  71960c6b99ae0121f9e70ad2e892b9206914aa7080f7a7347fe59d9d6f758c82bdb3f37a3738e64d00c935883d039bbf1b64399e3d9bdf0d59c33cdeffd82ec4)
set(mpegts_file_sha256 bda31748736a69cb610c2edf4623e633f1f4f47b5bda83668c8d287e51b0c3a8)
set(mpegts_advice "install npm, or name the file mpegts.js with -DRTMPT_MPEGTS=FILE, or leave the player out with -DRTMPT_PLAYER=OFF")

# rtmpt_is_pinned_mpegts(FILE VARIABLE): whether FILE is there, and is the one whose hash is written here.
function(rtmpt_is_pinned_mpegts file variable)
  set(hash none)
  if(EXISTS ${file})
    file(SHA256 ${file} hash)
  endif()
  string(COMPARE EQUAL ${hash} ${mpegts_file_sha256} same)
  set(${variable} ${same} PARENT_SCOPE)
endfunction()

# rtmpt_get_mpegts(FOLDER): FOLDER/package/dist/mpegts.js from npm, or an error of one line.
function(rtmpt_get_mpegts folder)
  find_program(RTMPT_NPM npm DOC "npm, which gets mpegts.js")
  if(NOT RTMPT_NPM)
    message(FATAL_ERROR "The player page needs mpegts.js ${mpegts_version}: ${mpegts_advice}")
  endif()
  file(MAKE_DIRECTORY ${folder})
  execute_process(
    COMMAND ${RTMPT_NPM} pack mpegts.js@${mpegts_version} --silent --prefer-offline --no-update-notifier
            --fetch-retries=1 --fetch-retry-mintimeout=1000
    WORKING_DIRECTORY ${folder} RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET TIMEOUT 180)
  set(package ${folder}/mpegts.js-${mpegts_version}.tgz)
  if(NOT status EQUAL 0 OR NOT EXISTS ${package})
    message(FATAL_ERROR "npm does not get mpegts.js ${mpegts_version}: ${mpegts_advice}")
  endif()
  file(SHA512 ${package} hash)
  if(NOT hash STREQUAL mpegts_package_sha512)
    file(REMOVE ${package})
    message(FATAL_ERROR "What npm gives as mpegts.js ${mpegts_version} has not the hash of the true one: ${mpegts_advice}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${package} DESTINATION ${folder} PATTERNS package/dist/mpegts.js)
endfunction()

# rtmpt_find_mpegts(VARIABLE): the path of the file, whose name is mpegts.js.
function(rtmpt_find_mpegts variable)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/mpegts)
  set(file ${folder}/package/dist/mpegts.js)
  if(RTMPT_MPEGTS)
    if(NOT EXISTS ${RTMPT_MPEGTS})
      message(FATAL_ERROR "RTMPT_MPEGTS: there is no file ${RTMPT_MPEGTS}")
    endif()
    file(MAKE_DIRECTORY ${folder})
    set(file ${folder}/mpegts.js)
    configure_file(${RTMPT_MPEGTS} ${file} COPYONLY)
    rtmpt_is_pinned_mpegts(${file} is_pinned)
    if(NOT is_pinned)
      message(WARNING "${RTMPT_MPEGTS} is not mpegts.js ${mpegts_version}, with which the player is tested")
    endif()
  else()
    rtmpt_is_pinned_mpegts(${file} is_pinned)
    if(NOT is_pinned)
      rtmpt_get_mpegts(${folder})
      rtmpt_is_pinned_mpegts(${file} is_pinned)
    endif()
    if(NOT is_pinned)
      message(FATAL_ERROR "mpegts.js ${mpegts_version} of npm has not the hash of the true one: ${mpegts_advice}")
    endif()
  endif()
  set(${variable} ${file} PARENT_SCOPE)
endfunction()
